namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
        var connection = new DenseConnection(geometry, weights, pattern);
        connection.Invalidate();
        return connection;
    }

    public void Refresh(Connection connection) => ((DenseConnection)connection).Invalidate();

    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples) =>
        Gather(((DenseConnection)connection).Forward(workers), input, output, bias, false, samples);

    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples) =>
        Gather(((DenseConnection)connection).Backward(workers), outputGradient, inputGradient, null, accumulate, samples);

    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        var gather = ((DenseConnection)connection).Forward(workers).Classes[0];
        using var dense = new NativeBuffer(connection.Pattern is null ? 0 : connection.Geometry.WeightCount);
        var job = new WeightGradientJob(connection.Geometry, gather, input, outputGradient,
            connection.Pattern is null ? Pointer(weightGradient) : dense.Pointer, PointerOrNull(biasGradient), input.Shape.Lanes.BlocksOf(samples));
        workers.Run(job.Pieces, job);
        if (connection.Pattern is { } pattern)
        {
            for (var i = 0; i < pattern.Count; i++)
            {
                Pointer(weightGradient)[i] += dense.Pointer[pattern.Existing[i]];
            }
        }
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
