using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// BatchNorm and neuron of one row of one block of 16 samples, backward: what <see cref="NormNeuronBackwardJob{TRule, TOperator}"/> does with
/// <see cref="NeuronBackward{TRule, TSurrogate}"/>, with nothing in the loop but the neuron.
/// </summary>
/// <param name="normFactors">Two a channel: the current is factor·x + shift.</param>
/// <param name="mean">Of each channel.</param>
/// <param name="slopes">What the current's gradient is multiplied with before it goes to the target; null for 1, and then sums are made.</param>
/// <param name="sums">Σ d and Σ d·(x − mean) of each piece and channel.</param>
/// <param name="thresholdSums">dL/dv_th of each piece; null where it is not wanted.</param>
internal readonly unsafe struct FullBlockBackwardJob<TRule, TSurrogate>(
    TRule rule, TSurrogate surrogate, float threshold, float* normFactors, float* mean, Activation input, Activation spikeGradient,
    Activation target, bool accumulate, float* slopes, double* sums, double* thresholdSums) : IJob
    where TRule : struct, INeuronRule
    where TSurrogate : struct, ISurrogate
{
    private const int Vector = LaneLayout.VectorLanes;

    private readonly TRule rule = rule;
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
        using var memory = PieceMemory.Begin();
        var membranes = memory.Floats(2L * steps * Vector);
        var nowhere = memory.Floats((long)steps * Vector);
        var lines = memory.Floats(2L * (shape.Channels + 1) * Vector); // the row's sums of each channel and lane
        new Span<float>(lines, 2 * (shape.Channels + 1) * Vector).Clear();
        var thresholdSum = 0.0;
        for (var column = 0; column < shape.Columns; column++)
        {
            var byThreshold = Lanes512.Zero;
            for (var channel = 0; channel < shape.Channels; channel += 2)
            {
                var isPair = channel + 1 < shape.Channels; // else the second is the first once more, and what becomes of it is lost
                var other = isPair ? channel + 1 : channel;
                var first = new Chain(x + channel * shape.Lanes.Width, ds + channel * gradientShape.Lanes.Width,
                    dx + channel * targetShape.Lanes.Width, membranes, lines + 2 * channel * Vector);
                var second = new Chain(x + other * shape.Lanes.Width, ds + other * gradientShape.Lanes.Width,
                    isPair ? dx + other * targetShape.Lanes.Width : nowhere, membranes + steps * Vector, lines + 2 * (channel + 1) * Vector);
                var (byFirst, bySecond) = (Lanes512.Zero, Lanes512.Zero);
                Run(in first, in second, channel, other, steps, ref byFirst, ref bySecond);
                byThreshold += isPair ? byFirst + bySecond : byFirst;
            }

            thresholdSum += Vector512.Sum<float>(byThreshold);
            x += shape.Channels * shape.Lanes.Width;
            ds += shape.Channels * gradientShape.Lanes.Width;
            dx += shape.Channels * targetShape.Lanes.Width;
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

    /// <summary>Two channels side by side: each step waits for the one before, and one channel's waiting is the other's time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(in Chain a, in Chain b, int channelA, int channelB, int steps, ref Lanes512 thresholdSumA,
        ref Lanes512 thresholdSumB)
    {
        var isStatic = shape.Lanes.Steps == 1;
        var stride = isStatic ? 0 : Vector;
        var v = Vector512.Create(threshold);
        Charge(in a, channelA, in b, channelB, v, steps, stride);

        var centreA = Vector512.Create(mean[channelA]);
        var centreB = Vector512.Create(mean[channelB]);
        var slopeA = Vector512.Create(slopes is null ? 1 : slopes[channelA]);
        var slopeB = Vector512.Create(slopes is null ? 1 : slopes[channelB]);
        Lanes512 afterA = default, afterB = default;
        Vector512<float> sumA = default, productA = default;
        Vector512<float> sumB = default, productB = default;
        for (var t = steps - 1; t >= 0; t--)
        {
            var duA = Step(in a, t, v, ref afterA, ref thresholdSumA);
            var duB = Step(in b, t, v, ref afterB, ref thresholdSumB);
            sumA += duA;
            sumB += duB;
            if (!isStatic)
            {
                productA = Vector512.MultiplyAddEstimate(duA, Vector512.Load(a.X + t * Vector) - centreA, productA);
                productB = Vector512.MultiplyAddEstimate(duB, Vector512.Load(b.X + t * Vector) - centreB, productB);
                Put(a.Dx + t * Vector, duA, slopeA);
                Put(b.Dx + t * Vector, duB, slopeB);
            }
        }

        if (isStatic)
        {
            productA = sumA * (Vector512.Load(a.X) - centreA);
            productB = sumB * (Vector512.Load(b.X) - centreB);
            Put(a.Dx, sumA, slopeA);
            Put(b.Dx, sumB, slopeB);
        }

        if (slopes is null)
        {
            AddTo(a.Line, sumA, productA);
            AddTo(b.Line, sumB, productB);
        }
    }

    /// <summary>The membranes of all steps, before the reset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Charge(in Chain a, int channelA, in Chain b, int channelB, Vector512<float> v, int steps, int stride)
    {
        var factorA = Vector512.Create(normFactors[2 * channelA]);
        var shiftA = Vector512.Create(normFactors[2 * channelA + 1]);
        var factorB = Vector512.Create(normFactors[2 * channelB]);
        var shiftB = Vector512.Create(normFactors[2 * channelB + 1]);
        var ahead = 4 * gradientShape.Lanes.Width; // gradients are read backwards, which the processor does not foresee
        var uA = Lanes512.Zero;
        var uB = Lanes512.Zero;
        for (var t = 0; t < steps; t++)
        {
            var currentA = Vector512.MultiplyAddEstimate(Vector512.Load(a.X + t * stride), factorA, shiftA);
            uA = NeuronEquation.Charge<TRule, Lanes512>(rule, uA, currentA);
            var currentB = Vector512.MultiplyAddEstimate(Vector512.Load(b.X + t * stride), factorB, shiftB);
            uB = NeuronEquation.Charge<TRule, Lanes512>(rule, uB, currentB);
            Prefetch.Line(a.Ds + ahead + t * Vector);
            Prefetch.Line(b.Ds + ahead + t * Vector);
            uA.Store(a.Membranes + t * Vector);
            uB.Store(b.Membranes + t * Vector);
            uA = rule.Reset<Lanes512>(uA, NeuronEquation.Fires<Lanes512>(uA, v), v);
            uB = rule.Reset<Lanes512>(uB, NeuronEquation.Fires<Lanes512>(uB, v), v);
        }
    }

    /// <summary>One step back.</summary>
    /// <param name="after">dL/du' of this step, and on return of the one before.</param>
    /// <returns>dL/du.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Step(in Chain chain, int t, Vector512<float> v, ref Lanes512 after, ref Lanes512 thresholdSum)
    {
        var u = Vector512.Load(chain.Membranes + t * Vector);
        return NeuronEquation.Back<TRule, Lanes512>(rule, u, surrogate.Derivative(u - v, t), Vector512.Load(chain.Ds + t * Vector), v, ref after,
            ref thresholdSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(float* at, Vector512<float> gradient, Vector512<float> slope) =>
        (accumulate ? Vector512.MultiplyAddEstimate(gradient, slope, Vector512.Load(at)) : gradient * slope).Store(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* line, Vector512<float> sum, Vector512<float> product)
    {
        (Vector512.Load(line) + sum).Store(line);
        (Vector512.Load(line + Vector) + product).Store(line + Vector);
    }

    /// <summary>16 neurons of a channel at a position: 16 floats a step.</summary>
    private readonly struct Chain(float* x, float* ds, float* dx, float* membranes, float* line)
    {
        public readonly float* X = x;
        public readonly float* Ds = ds;
        public readonly float* Dx = dx;
        public readonly float* Membranes = membranes;
        public readonly float* Line = line;
    }
}
