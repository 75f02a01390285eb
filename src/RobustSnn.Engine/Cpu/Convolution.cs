namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
        return pattern is null ? new DenseConnection(geometry, weights) : new SparseConnection(geometry, weights, pattern);
    }

    public void Refresh(Connection connection)
    {
        if (connection is SparseConnection sparse)
        {
            sparse.Invalidate();
        }
        else
        {
            ((DenseConnection)connection).Invalidate();
        }
    }

    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        if (connection is SparseConnection sparse)
        {
            sparse.Convolve(workers, Vectors, PointerOrNull(bias), input, output, samples);
        }
        else
        {
            Gather(((DenseConnection)connection).Forward(workers), input, output, bias, false, samples);
        }
    }

    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        if (connection is SparseConnection sparse)
        {
            sparse.InputGradient(workers, Vectors, outputGradient, inputGradient, accumulate, samples);
        }
        else
        {
            Gather(((DenseConnection)connection).Backward(workers), outputGradient, inputGradient, null, accumulate, samples);
        }
    }

    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        if (connection is SparseConnection sparse)
        {
            sparse.WeightGradient(workers, Vectors, input, outputGradient, Pointer(weightGradient), PointerOrNull(biasGradient), samples);
            return;
        }

        var gather = ((DenseConnection)connection).Forward(workers).Classes[0];
        var job = new WeightGradientJob(connection.Geometry, gather, input, outputGradient, Pointer(weightGradient),
            PointerOrNull(biasGradient), input.Shape.Lanes.BlocksOf(samples));
        workers.Run(job.Pieces, job);
    }

    private void Gather(PackedWeights weights, Activation source, Activation target, DeviceBuffer? bias, bool accumulate, int samples)
    {
        for (var i = 0; i < weights.Classes.Length; i++)
        {
            var job = new GatherJob(weights, i, source, target, PointerOrNull(bias), accumulate, target.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
        }
    }
}
