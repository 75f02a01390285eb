using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>Counts as spikes: of each bit of a count a channel, side by side, whose spike stands for two to its power.</summary>
internal sealed class CountPlanes(NativeHeap heap, LaneMap counts, int bits, int timesteps, int batch)
{
    public LaneMap Planes { get; } = new(
        heap, new Model.Shape(counts.Shape.Channels * bits, counts.Shape.Rows, counts.Shape.Columns), counts.Border, timesteps, batch, 1);

    /// <summary>Of the first so many images.</summary>
    public void Run(Workers workers, int images) => workers.Run(images * counts.Octets, new Job(counts, Planes, bits, images));

    private readonly unsafe struct Job(LaneMap counts, LaneMap planes, int bits, int images) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int piece)
        {
            var (octet, image) = Math.DivRem(piece, images);
            for (var row = 0; row < counts.Shape.Rows; row++)
            {
                var from = counts.Data + octet * counts.OctetStride + counts.Offset(image, row, 0);
                var to = planes.Data + octet * planes.OctetStride + planes.Offset(image, row, 0);
                for (var channel = 0; channel < counts.Shape.Channels; channel++, from += counts.ChannelStride, to += bits * planes.ChannelStride)
                {
                    Row(from, to);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Row(byte* from, byte* to)
        {
            var columns = counts.Shape.Columns;
            for (var first = 0; first < columns; first += LaneMap.CountBytes)
            {
                // Eight columns' counts, which may reach beyond the row: there is room, and what is too much is not kept.
                var eight = Vector512.Load(from + first * LaneMap.CountBytes);
                for (var bit = 0; bit < bits; bit++)
                {
                    var selected = Vector512.Create((byte)(1 << bit));
                    var spikes = Vector512.Equals(eight & selected, selected).ExtractMostSignificantBits();
                    var at = to + bit * planes.ChannelStride + first;
                    if (columns - first >= LaneMap.CountBytes)
                    {
                        *(ulong*)at = spikes;
                        continue;
                    }

                    for (var column = first; column < columns; column++, spikes >>= LaneMap.OctetSteps)
                    {
                        *at++ = (byte)spikes;
                    }
                }
            }
        }
    }
}
