using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        using var turn = TakeTurn();
        var sparse = spikes.Shape.IsBits ? connection as SparseConnection : null;
        if (!window.IsOne && sparse?.FiresFrom(input, window) != true)
        {
            var pooled = pools.Of(window.Over(input.Shape, connection.Geometry));
            AveragePool(input, pooled, samples);
            (input, window) = (pooled, MeanWindow.One);
        }

        if (sparse?.FiresFrom(input, window) == true)
        {
            sparse.ConvolveNeuron(workers, Vectors, PointerOrNull(bias), neuron, Pointer(threshold)[0], input, window, spikes, samples);
            ClearSpare(spikes, samples);
            return;
        }

        var current = currents.Of(spikes.Shape with { Border = 0, Lanes = input.Shape.Lanes, Storage = Storage.Floats });
        Convolve(connection, bias, input, current, samples);
        Neuron(neuron, current, threshold, null, spikes, samples);
    }

    /// <summary>Neurons of no sample in use have fired with the others: their bits become 0 again.</summary>
    private void ClearSpare(Activation spikes, int samples)
    {
        var last = spikes.Shape.Lanes.BlocksOf(samples) - 1;
        var used = spikes.Shape.Lanes.SamplesOf(last, samples);
        if (used < spikes.Shape.Lanes.BlockSamples)
        {
            workers.Run(spikes.Shape.Rows, new ClearSpareJob(spikes, last, used));
        }
    }

    /// <summary>Pieces are rows of the block.</summary>
    private readonly struct ClearSpareJob(Activation spikes, int block, int used) : IJob
    {
        private readonly BitLayout bits = spikes.Shape.Bits;
        private readonly byte* data = spikes.Bits();

        public void Execute(int row)
        {
            using var memory = PieceMemory.Begin();
            var mask = memory.Bytes(bits.PositionBytes);
            LaneMask.WriteBits(bits.Lanes, used, mask, bits.PositionBytes);
            for (var channel = 0; channel < bits.Channels; channel++)
            {
                var position = data + bits.Offset(block, row, 0) + (long)channel * bits.ChannelStride;
                for (var i = 0; i < bits.Columns * bits.PositionBytes; i++)
                {
                    position[i] &= mask[i % bits.PositionBytes];
                }
            }
        }
    }
}
