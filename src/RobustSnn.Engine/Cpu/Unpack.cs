using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Unpack(Activation spikes, Activation output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(spikes, samples), new UnpackJob(spikes, output.Shape, output.Floats(), 0, 0));
    }

    /// <summary>One block of spikes as floats, border included, in the backend's scratch memory: what dense kernels multiply.</summary>
    /// <returns>Where block 0 of the activation would begin if this were all of it.</returns>
    private float* UnpackBlock(Activation spikes, int block)
    {
        var shape = spikes.Shape with { Storage = Storage.Floats };
        var floats = (float*)Scratch(shape.BlockStride / FloatsInDouble) - block * shape.BlockStride;
        workers.Run(shape.Rows + 2 * shape.Border, new UnpackJob(spikes, shape, floats, block, shape.Border));
        return floats;
    }

    /// <summary>A piece is a row of positions, from <paramref name="firstBlock"/> on; lanes that stand for nothing become 0.</summary>
    /// <param name="frame">How much of the border is unpacked too.</param>
    private readonly struct UnpackJob(Activation spikes, ActivationShape to, float* target, int firstBlock, int frame) : IJob
    {
        private readonly BitLayout bits = spikes.Shape.Bits;
        private readonly byte* source = spikes.Bits();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows + 2 * frame);
            block += firstBlock;
            row -= frame;
            var (lanes, width, channelStride, columnStride) = (to.Lanes.Lanes, to.Lanes.Width, bits.ChannelStride, bits.PositionBytes);
            var position = source + bits.Offset(block, row, -frame);
            var y = target + to.Offset(block, row, -frame);
            for (var column = -frame; column < to.Columns + frame; column++, position += columnStride)
            {
                var x = position;
                for (var channel = 0; channel < to.Channels; channel++, x += channelStride, y += width)
                {
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        LaneBits.ToFloats(*(ushort*)(x + lane / LaneBits.InByte) & LaneBits.Lowest(lanes - lane)).Store(y + lane);
                    }
                }
            }
        }
    }
}
