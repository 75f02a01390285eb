using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>What an operation does to one vector of samples over all its timesteps: the whole of its arithmetic.</summary>
internal interface IStepOperator
{
    /// <param name="first">Lanes of the first operand.</param>
    /// <param name="second">Lanes of the second operand.</param>
    /// <param name="target">Lanes that are written.</param>
    /// <param name="steps">T of the operand that has most.</param>
    /// <param name="sum">What the operation adds up over everything, if it does.</param>
    void Invoke<TFirst, TSecond>(TFirst first, TSecond second, StepLanes target, int steps, ref double sum)
        where TFirst : struct, ILanes<TFirst>
        where TSecond : struct, ILanes<TSecond>;
}

/// <summary>
/// Runs an operator over every channel, position and vector of samples of one row of one block. Operands may be static, with one step
/// for all T of the others.
/// </summary>
/// <param name="target">What the operator writes; its lanes that stand for nothing become 0. Null for one that only adds up.</param>
/// <param name="sums">Receives each piece's sum; null where there is none.</param>
internal readonly unsafe struct StepJob<TOperator, TFirst, TSecond>(
    Activation first, Activation second, Activation? target, double* sums, TOperator op) : IJob
    where TOperator : struct, IStepOperator
    where TFirst : struct, ILanes<TFirst>
    where TSecond : struct, ILanes<TSecond>
{
    private readonly int rows = first.Shape.Rows;
    private readonly int columns = first.Shape.Columns;
    private readonly int channels = first.Shape.Channels;
    private readonly LaneMemory firstMemory = TFirst.Memory(first);
    private readonly LaneMemory secondMemory = TSecond.Memory(second);
    private readonly LaneMemory targetMemory = StepLanes.Memory(target ?? second);
    private readonly bool writes = target is not null;
    private readonly int steps = Math.Max(Math.Max(first.Shape.Lanes.Steps, second.Shape.Lanes.Steps), (target ?? second).Shape.Lanes.Steps);

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, rows);
        var firstColumn = firstMemory.Row(block, row);
        var secondColumn = secondMemory.Row(block, row);
        var targetColumn = targetMemory.Row(block, row);
        var samples = firstMemory.Lanes.BlockSamples;
        var sum = 0.0;
        for (var column = 0; column < columns; column++)
        {
            var x = firstColumn;
            var y = secondColumn;
            var z = targetColumn;
            for (var channel = 0; channel < channels; channel++)
            {
                for (var sample = 0; sample < samples; sample += LaneLayout.VectorLanes)
                {
                    op.Invoke(TFirst.At(x, firstMemory.Lanes, sample), TSecond.At(y, secondMemory.Lanes, sample),
                        StepLanes.At(z, targetMemory.Lanes, sample), steps, ref sum);
                }

                if (writes)
                {
                    StepLanes.ClearSpare(targetMemory.Lanes, z);
                }

                x += firstMemory.ChannelStride;
                y += secondMemory.ChannelStride;
                z += targetMemory.ChannelStride;
            }

            firstColumn += firstMemory.ColumnStride;
            secondColumn += secondMemory.ColumnStride;
            targetColumn += targetMemory.ColumnStride;
        }

        if (sums is not null)
        {
            sums[piece] = sum;
        }
    }
}
