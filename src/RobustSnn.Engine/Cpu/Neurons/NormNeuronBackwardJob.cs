using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// BatchNorm and neuron of one row of one block, backward: makes the membranes of 16 neurons anew from BatchNorm's input x, carries the
/// spikes' gradient back through them with the operator of a neuron alone, and passes on the current's gradient, which is that of
/// BatchNorm's output.
/// </summary>
/// <param name="op">The neuron backward: from membranes and spike gradients to current gradients; adds up dL/dv_th.</param>
/// <param name="target">Receives the current's gradient times <paramref name="factors"/>, or as it is where those are null; in step 0 for a static x.</param>
/// <param name="factors">One a channel.</param>
/// <param name="sums">Receives Σ d and Σ d·(x − mean) of each channel and piece; null where they are not wanted.</param>
/// <param name="thresholdSums">Receives each piece's dL/dv_th; null where it is not wanted.</param>
/// <param name="scratch">2·T vectors a piece.</param>
internal readonly unsafe struct NormNeuronBackwardJob<TRule, TOperator>(
    TRule rule, float threshold, NormalisedCurrent current, TOperator op, Activation input, Activation spikeGradient, Activation target,
    bool accumulate, float* factors, float* mean, double* sums, double* thresholdSums, float* scratch) : IJob
    where TRule : struct, INeuronRule
    where TOperator : struct, IStepOperator
{
    private const int VectorLanes = LaneLayout.VectorLanes;

    private readonly TRule rule = rule;

    private readonly int rows = input.Shape.Rows;
    private readonly int columns = input.Shape.Columns;
    private readonly int channels = input.Shape.Channels;
    private readonly int steps = spikeGradient.Shape.Lanes.Steps;
    private readonly int inputSteps = input.Shape.Lanes.Steps;
    private readonly LaneMemory inputMemory = StepLanes.Memory(input);
    private readonly LaneMemory gradientMemory = StepLanes.Memory(spikeGradient);
    private readonly LaneMemory targetMemory = StepLanes.Memory(target);

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, rows);
        var inputColumn = inputMemory.Row(block, row);
        var gradientColumn = gradientMemory.Row(block, row);
        var targetColumn = targetMemory.Row(block, row);
        var work = scratch + 2L * piece * steps * VectorLanes;
        var channelSums = sums + 2L * piece * channels;
        if (sums is not null)
        {
            new Span<double>(channelSums, 2 * channels).Clear();
        }

        var thresholdSum = 0.0;
        for (var column = 0; column < columns; column++)
        {
            var x = inputColumn;
            var ds = gradientColumn;
            var to = targetColumn;
            for (var channel = 0; channel < channels; channel++)
            {
                for (var sample = 0; sample < inputMemory.Lanes.BlockSamples; sample += VectorLanes)
                {
                    Run(channel, StepLanes.At(x, inputMemory.Lanes, sample), StepLanes.At(ds, gradientMemory.Lanes, sample),
                        StepLanes.At(to, targetMemory.Lanes, sample), work, channelSums + 2 * channel, ref thresholdSum);
                }

                StepLanes.ClearSpare(targetMemory.Lanes, to);
                x += inputMemory.ChannelStride;
                ds += gradientMemory.ChannelStride;
                to += targetMemory.ChannelStride;
            }

            inputColumn += inputMemory.ColumnStride;
            gradientColumn += gradientMemory.ColumnStride;
            targetColumn += targetMemory.ColumnStride;
        }

        if (thresholdSums is not null)
        {
            thresholdSums[piece] = thresholdSum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(int channel, StepLanes input, StepLanes spikeGradient, StepLanes target, float* work, double* channelSums,
        ref double thresholdSum)
    {
        current.Load(channel, out var factor, out var shift);
        Lanes512 v = Vector512.Create(threshold);
        var u = Lanes512.Zero;
        for (var t = 0; t < steps; t++)
        {
            u = NeuronEquation.Charge<TRule, Lanes512>(rule, u, current.Of(input.Load(t), factor, shift));
            u.Store(work + t * VectorLanes);
            u = rule.Reset(u, NeuronEquation.Fires(u, v), v);
        }

        var gradients = work + steps * VectorLanes;
        op.Invoke(new StepLanes(work, VectorLanes, VectorLanes), spikeGradient,
            new StepLanes(gradients, input.IsStatic ? 0 : VectorLanes, VectorLanes), steps, ref thresholdSum);
        if (factors is not null)
        {
            var scale = Vector512.Create(factors[channel]);
            for (var t = 0; t < inputSteps; t++)
            {
                target.Store(t, Vector512.MultiplyAddEstimate(Vector512.Load(gradients + t * VectorLanes), scale,
                    accumulate ? target.Load(t) : Vector512<float>.Zero));
            }
        }
        else
        {
            var centre = Vector512.Create(mean[channel]);
            var sum = Vector512<float>.Zero;
            var product = Vector512<float>.Zero;
            for (var t = 0; t < inputSteps; t++)
            {
                var d = Vector512.Load(gradients + t * VectorLanes);
                sum += d;
                product = Vector512.MultiplyAddEstimate(d, input.Load(t) - centre, product);
                target.Store(t, d);
            }

            channelSums[0] += Vector512.Sum(sum);
            channelSums[1] += Vector512.Sum(product);
        }
    }
}
