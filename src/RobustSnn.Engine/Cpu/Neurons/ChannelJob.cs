using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>An operator for each channel: what an operation does where channels have thresholds of their own.</summary>
internal interface IChannelOperators<TOperator>
    where TOperator : struct, IStepOperator
{
    TOperator Of(int channel);
}

/// <summary>What <see cref="StepJob{TOperator, TFirst, TSecond}"/> does with one operator for all channels: on a channel of a row of a block.</summary>
/// <param name="sums">Receives each piece's sum; null where there is none. Channels of a row follow each other.</param>
internal readonly unsafe struct ChannelJob<TOperators, TOperator>(
    Activation first, Activation second, Activation target, double* sums, TOperators operators) : IJob
    where TOperators : struct, IChannelOperators<TOperator>
    where TOperator : struct, IStepOperator
{
    private readonly int rows = first.Shape.Rows;
    private readonly int columns = first.Shape.Columns;
    private readonly int channels = first.Shape.Channels;
    private readonly LaneMemory firstMemory = StepLanes.Memory(first);
    private readonly LaneMemory secondMemory = StepLanes.Memory(second);
    private readonly LaneMemory targetMemory = StepLanes.Memory(target);
    private readonly int steps = Math.Max(first.Shape.Lanes.Steps, second.Shape.Lanes.Steps);

    public void Execute(int piece)
    {
        var (line, channel) = Math.DivRem(piece, channels);
        var (block, row) = Math.DivRem(line, rows);
        var op = operators.Of(channel);
        var x = firstMemory.Row(block, row) + channel * firstMemory.ChannelStride;
        var y = secondMemory.Row(block, row) + channel * secondMemory.ChannelStride;
        var z = targetMemory.Row(block, row) + channel * targetMemory.ChannelStride;
        var sum = 0.0;
        for (var column = 0; column < columns; column++)
        {
            for (var sample = 0; sample < firstMemory.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
            {
                op.Invoke(StepLanes.At(x, firstMemory.Lanes, sample), StepLanes.At(y, secondMemory.Lanes, sample),
                    StepLanes.At(z, targetMemory.Lanes, sample), steps, ref sum);
            }

            StepLanes.ClearSpare(targetMemory.Lanes, z);
            x += firstMemory.ColumnStride;
            y += secondMemory.ColumnStride;
            z += targetMemory.ColumnStride;
        }

        if (sums is not null)
        {
            sums[piece] = sum;
        }
    }
}

/// <summary>v_th of a layer's neurons: one for all, or one a channel.</summary>
internal readonly unsafe struct ChannelThresholds(DeviceBuffer thresholds)
{
    private readonly float* values = ((NativeBuffer)thresholds).Pointer;
    private readonly int stride = thresholds.Length == 1 ? 0 : 1;

    /// <summary>Whether channels differ.</summary>
    public bool AreChannelwise => stride == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Of(int channel) => values[channel * stride];
}
