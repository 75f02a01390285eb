using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// BatchNorm and neuron of one row of one block of 16 samples, backward: what <see cref="NormNeuronBackwardJob{TOperator}"/> does with
/// <see cref="NeuronBackward{TSurrogate}"/> (where the equations are), with nothing in the loop but the neuron.
/// </summary>
/// <param name="normFactors">Two a channel: the current is factor·x + shift.</param>
/// <param name="mean">Of each channel.</param>
/// <param name="slopes">What the current's gradient is multiplied with before it goes to the target; null for 1, and then sums are made.</param>
/// <param name="sums">Σ d and Σ d·(x − mean) of each piece and channel.</param>
/// <param name="thresholdSums">dL/dv_th of each piece; null where it is not wanted.</param>
internal readonly unsafe struct FullBlockBackwardJob<TSurrogate>(
    NeuronModel neuron, TSurrogate surrogate, float threshold, float* normFactors, float* mean, Activation input, Activation spikeGradient,
    Activation target, bool accumulate, float* slopes, double* sums, double* thresholdSums) : IJob
    where TSurrogate : struct, ISurrogate
{
    private const int Vector = LaneLayout.VectorLanes;

    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;
    private readonly ActivationShape shape = input.Shape;
    private readonly ActivationShape gradientShape = spikeGradient.Shape;
    private readonly ActivationShape targetShape = target.Shape;
    private readonly float* source = input.Floats();
    private readonly float* gradients = spikeGradient.Floats();
    private readonly float* to = target.Floats();

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, shape.Rows);
        var x = source + shape.Offset(block, row, 0);
        var ds = gradients + gradientShape.Offset(block, row, 0);
        var dx = to + targetShape.Offset(block, row, 0);
        var steps = gradientShape.Lanes.Steps;
        var membranesMemory = stackalloc float[steps * Vector + Lanes.AlignmentFloats];
        var membranes = Lanes.Align(membranesMemory);
        var linesMemory = stackalloc float[2 * shape.Channels * Vector + Lanes.AlignmentFloats];
        var lines = Lanes.Align(linesMemory); // the row's sums of each channel and lane
        new Span<float>(lines, 2 * shape.Channels * Vector).Clear();
        var thresholdSum = 0.0;
        for (var column = 0; column < shape.Columns; column++)
        {
            var byThreshold = Vector512<float>.Zero;
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                if (soft || leak != 1)
                {
                    Run(channel, soft, leak, x, ds, dx, membranes, lines + 2 * channel * Vector, steps, ref byThreshold);
                }
                else
                {
                    Run(channel, false, 1, x, ds, dx, membranes, lines + 2 * channel * Vector, steps, ref byThreshold);
                }

                x += shape.Lanes.Width;
                ds += gradientShape.Lanes.Width;
                dx += targetShape.Lanes.Width;
            }

            thresholdSum += Vector512.Sum(byThreshold);
        }

        if (slopes is null)
        {
            for (var i = 0; i < 2 * shape.Channels; i++)
            {
                sums[2L * piece * shape.Channels + i] = Vector512.Sum(Vector512.Load(lines + i * Vector));
            }
        }

        if (thresholdSums is not null)
        {
            thresholdSums[piece] = thresholdSum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(int channel, bool soft, float leak, float* x, float* ds, float* dx, float* membranes, float* line, int steps,
        ref Vector512<float> thresholdSum)
    {
        var v = Vector512.Create(threshold);
        var one = Vector512<float>.One;
        var isStatic = shape.Lanes.Steps == 1;
        var stride = isStatic ? 0 : Vector;
        var factor = Vector512.Create(normFactors[2 * channel]);
        var shift = Vector512.Create(normFactors[2 * channel + 1]);
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            u = u * leak + Vector512.MultiplyAddEstimate(Vector512.Load(x + t * stride), factor, shift);
            u.Store(membranes + t * Vector);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        }

        var centre = Vector512.Create(mean[channel]);
        var slope = Vector512.Create(slopes is null ? 1 : slopes[channel]);
        var after = Vector512<float>.Zero;
        var sum = Vector512<float>.Zero;
        var product = Vector512<float>.Zero;
        for (var t = steps - 1; t >= 0; t--)
        {
            u = Vector512.Load(membranes + t * Vector);
            var h = surrogate.Derivative(u - v);
            var hds = h * Vector512.Load(ds + t * Vector);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            var byThreshold = soft ? v * h - Vector512.ConditionalSelect(fires, one, Vector512<float>.Zero) : u * h;
            var stay = soft ? one - v * h : Vector512.ConditionalSelect(fires, Vector512<float>.Zero, one) - byThreshold;
            var du = hds + after * stay;
            thresholdSum += after * byThreshold - hds;
            after = du * leak;
            sum += du;
            if (!isStatic)
            {
                product = Vector512.MultiplyAddEstimate(du, Vector512.Load(x + t * Vector) - centre, product);
                Put(dx + t * Vector, du, slope);
            }
        }

        if (isStatic)
        {
            product = sum * (Vector512.Load(x) - centre);
            Put(dx, sum, slope);
        }

        if (slopes is null)
        {
            (Vector512.Load(line) + sum).Store(line);
            (Vector512.Load(line + Vector) + product).Store(line + Vector);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(float* at, Vector512<float> gradient, Vector512<float> slope) =>
        (accumulate ? Vector512.MultiplyAddEstimate(gradient, slope, Vector512.Load(at)) : gradient * slope).Store(at);
}
