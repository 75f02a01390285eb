using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
        return pattern is null ? new DenseConnection(heap, geometry, weights) : new SparseConnection(heap, geometry, weights, pattern);
    }

    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        if (connection is SparseConnection sparse)
        {
            sparse.Convolve(workers, Vectors, PointerOrNull(bias), input, output, samples);
        }
        else
        {
            var dense = (DenseConnection)connection;
            Gather(dense.Forward(workers), input, output, bias, false, samples);
            dense.Ran(LayerPass.Forward, input.Shape.IsBits);
        }
    }

    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        if (connection is SparseConnection sparse)
        {
            sparse.InputGradient(workers, Vectors, outputGradient, inputGradient, accumulate, samples);
        }
        else
        {
            var dense = (DenseConnection)connection;
            Gather(dense.Backward(workers), outputGradient.Shape, outputGradient.Floats(), inputGradient, null, accumulate,
                (0, outputGradient.Shape.Lanes.BlocksOf(samples)));
            dense.Ran(LayerPass.InputGradient, isBits: false);
        }
    }

    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        using var turn = TakeTurn();
        if (connection is SparseConnection sparse)
        {
            sparse.WeightGradient(workers, Vectors, input, outputGradient, Pointer(weightGradient), PointerOrNull(biasGradient), samples);
            return;
        }

        WeightGradient((DenseConnection)connection, input, outputGradient, Pointer(weightGradient), PointerOrNull(biasGradient), samples);
    }

    private void WeightGradient(DenseConnection connection, Activation input, Activation outputGradient, float* weightGradient, float* biasGradient,
        int samples)
    {
        var gather = connection.Forward(workers).Classes[0];
        var blocks = input.Shape.Lanes.BlocksOf(samples);
        if (input.Shape.IsBits)
        {
            var shape = input.Shape with { Storage = Storage.Floats };
            for (var block = 0; block < blocks; block++)
            {
                Run(shape, UnpackBlock(input, block), (block, 1));
            }
        }
        else
        {
            Run(input.Shape, input.Floats(), (0, blocks));
        }

        connection.Ran(LayerPass.WeightGradient, input.Shape.IsBits);

        void Run(ActivationShape shape, float* values, (int First, int Count) range)
        {
            var job = new WeightGradientJob(connection.Geometry, gather, shape, values, outputGradient, weightGradient, biasGradient, range);
            workers.Run(job.Pieces, job);
        }
    }

    private void Gather(PackedWeights weights, Activation source, Activation target, DeviceBuffer? bias, bool accumulate, int samples)
    {
        var blocks = target.Shape.Lanes.BlocksOf(samples);
        if (source.Shape.IsBits)
        {
            var shape = source.Shape with { Storage = Storage.Floats };
            for (var block = 0; block < blocks; block++)
            {
                Gather(weights, shape, UnpackBlock(source, block), target, bias, accumulate, (block, 1));
            }
        }
        else
        {
            Gather(weights, source.Shape, source.Floats(), target, bias, accumulate, (0, blocks));
        }
    }

    private void Gather(PackedWeights weights, ActivationShape sourceShape, float* source, Activation target, DeviceBuffer? bias,
        bool accumulate, (int First, int Count) blocks)
    {
        for (var i = 0; i < weights.Classes.Length; i++)
        {
            var job = new GatherJob(weights, i, sourceShape, source, target, PointerOrNull(bias), accumulate, blocks);
            workers.Run(job.Pieces, job);
        }
    }
}
