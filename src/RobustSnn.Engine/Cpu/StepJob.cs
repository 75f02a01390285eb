namespace RobustSnn.Engine.Cpu;

/// <summary>What an operation does to one vector of samples over all its timesteps: the whole of its arithmetic.</summary>
internal interface IStepOperator
{
    /// <param name="first">Lanes of the first operand.</param>
    /// <param name="second">Lanes of the second operand; the neuron writes membranes there.</param>
    /// <param name="target">Lanes that are written.</param>
    /// <param name="steps">T of the operand that has most.</param>
    /// <param name="sum">What the operation adds up over everything, if it does.</param>
    void Invoke(StepLanes first, StepLanes second, StepLanes target, int steps, ref double sum);
}

/// <summary>
/// Runs an operator over every channel, position and vector of samples of one row of one block. Operands may be static, with one step
/// for all T of the others.
/// </summary>
/// <param name="target">What the operator writes; its lanes that stand for nothing become 0. Null for one that only adds up.</param>
/// <param name="sums">Receives each piece's sum; null where there is none.</param>
internal readonly unsafe struct StepJob<TOperator>(Activation first, Activation second, Activation? target, double* sums, TOperator op) : IJob
    where TOperator : struct, IStepOperator
{
    private readonly ActivationShape firstShape = first.Shape;
    private readonly ActivationShape secondShape = second.Shape;
    private readonly ActivationShape targetShape = (target ?? second).Shape;
    private readonly float* firstData = ((NativeBuffer)first.Buffer).Pointer;
    private readonly float* secondData = ((NativeBuffer)second.Buffer).Pointer;
    private readonly float* targetData = ((NativeBuffer)(target ?? second).Buffer).Pointer;
    private readonly bool writes = target is not null;
    private readonly int steps = Math.Max(Math.Max(first.Shape.Lanes.Steps, second.Shape.Lanes.Steps), (target ?? second).Shape.Lanes.Steps);

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, firstShape.Rows);
        var x = firstData + firstShape.Offset(block, row, 0);
        var y = secondData + secondShape.Offset(block, row, 0);
        var z = targetData + targetShape.Offset(block, row, 0);
        var channels = firstShape.Columns * firstShape.Channels;
        var sum = 0.0;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var sample = 0; sample < firstShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
            {
                op.Invoke(StepLanes.Of(firstShape.Lanes, x, sample), StepLanes.Of(secondShape.Lanes, y, sample),
                    StepLanes.Of(targetShape.Lanes, z, sample), steps, ref sum);
            }

            if (writes)
            {
                LaneMask.ClearSpare(targetShape.Lanes, z);
            }

            x += firstShape.Lanes.Width;
            y += secondShape.Lanes.Width;
            z += targetShape.Lanes.Width;
        }

        if (sums is not null)
        {
            sums[piece] = sum;
        }
    }
}
