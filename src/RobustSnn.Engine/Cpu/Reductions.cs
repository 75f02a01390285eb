using System.Numerics.Tensors;
using System.Numerics;
using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Sum(Activation values, DeviceBuffer target, int index, int samples)
    {
        using var turn = TakeTurn();
        var pieces = Pieces(values, samples);
        var sums = Scratch(pieces);
        if (values.Shape.IsBits)
        {
            workers.Run(pieces, new BitSumJob(values, samples, sums));
        }
        else
        {
            workers.Run(pieces, new SumJob(values, samples, sums));
        }

        ((NativeBuffer)target).Doubles[index] = Total(sums, pieces);
    }

    /// <remarks>Exact, in two passes: a histogram of the upper 16 bits of the values' keys, then of the lower 16 bits within the bin found.</remarks>
    public void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples)
    {
        using var turn = TakeTurn();
        var count = (long)samples * values.Shape.Lanes.Steps * values.Shape.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, count);
        var upper = Bin(values, samples, null, ref k);
        var lower = Bin(values, samples, upper, ref k);
        Pointer(target)[index] = SortKey.ToFloat(((uint)upper << 16) | (uint)lower);
    }

    /// <summary>The bin that holds the k-th value; k becomes its rank within the bin.</summary>
    private int Bin(Activation values, int samples, int? upper, ref long k)
    {
        var pieces = Math.Min(HistogramJob.Pieces, values.Shape.Lanes.BlocksOf(samples) * values.Shape.Rows);
        var counts = (int*)Scratch((long)pieces * HistogramJob.Bins / 2);
        new Span<int>(counts, pieces * HistogramJob.Bins).Clear();
        workers.Run(pieces, new HistogramJob(values, samples, pieces, upper, counts));
        for (var bin = 0; bin < HistogramJob.Bins; bin++)
        {
            var inBin = 0L;
            for (var piece = 0; piece < pieces; piece++)
            {
                inBin += counts[piece * HistogramJob.Bins + bin];
            }

            if (k <= inBin)
            {
                return bin;
            }

            k -= inBin;
        }

        throw new InvalidOperationException("a rank beyond the number of values counted");
    }

    /// <summary>Floats as unsigned numbers of the same order; NaN, of either sign, is above all.</summary>
    private static class SortKey
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Of(float value)
        {
            if (float.IsNaN(value))
            {
                return uint.MaxValue;
            }

            var bits = BitConverter.SingleToUInt32Bits(value);
            return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        }

        public static float ToFloat(uint key) =>
            BitConverter.UInt32BitsToSingle((key & 0x80000000) != 0 ? key & 0x7FFFFFFF : ~key);
    }

    private readonly struct SumJob(Activation values, int samples, double* partial) : IJob
    {
        private readonly ActivationShape shape = values.Shape;
        private readonly float* data = values.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var lanes = shape.Lanes;
            var used = lanes.SamplesOf(block, samples);
            var x = data + shape.Offset(block, row, 0);
            var sum = 0.0;
            for (var channel = 0; channel < shape.Columns * shape.Channels; channel++, x += lanes.Width)
            {
                for (var step = 0; step < lanes.Steps; step++)
                {
                    sum += TensorPrimitives.Sum(new ReadOnlySpan<float>(x + step * lanes.BlockSamples, used));
                }
            }

            partial[piece] = sum;
        }
    }

    /// <summary>Counts the bits of a row: all of them at once where all of the block's samples are in use.</summary>
    private readonly struct BitSumJob(Activation values, int samples, double* partial) : IJob
    {
        private readonly ActivationShape shape = values.Shape;
        private readonly byte* data = values.Bits();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var bits = shape.Bits;
            var lanes = shape.Lanes;
            var used = lanes.SamplesOf(block, samples);
            if (used == lanes.BlockSamples)
            {
                partial[piece] = LaneBits.Count(data + bits.Offset(block, row, -shape.Border), bits.RowStride);
                return;
            }

            using var memory = PieceMemory.Begin();
            var mask = memory.Bytes(bits.PositionBytes);
            LaneMask.WriteBits(lanes, used, mask, bits.PositionBytes);
            var count = 0L;
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                var position = data + bits.Offset(block, row, 0) + channel * bits.ChannelStride;
                for (var column = 0; column < shape.Columns; column++)
                    for (var i = 0; i < bits.PositionBytes; i++, position++)
                    {
                        count += BitOperations.PopCount((uint)(*position & mask[i]));
                    }
            }

            partial[piece] = count;
        }
    }

    private readonly struct HistogramJob(Activation values, int samples, int pieces, int? upper, int* counts) : IJob
    {
        public const int Bins = 1 << 16;
        public const int Pieces = 16;

        private readonly ActivationShape shape = values.Shape;
        private readonly float* data = values.Floats();

        public void Execute(int piece)
        {
            var histogram = counts + piece * Bins;
            var lanes = shape.Lanes;
            for (var line = piece; line < lanes.BlocksOf(samples) * shape.Rows; line += pieces)
            {
                var (block, row) = Math.DivRem(line, shape.Rows);
                var used = lanes.SamplesOf(block, samples);
                var x = data + shape.Offset(block, row, 0);
                for (var channel = 0; channel < shape.Columns * shape.Channels; channel++, x += lanes.Width)
                    for (var step = 0; step < lanes.Steps; step++)
                        for (var sample = 0; sample < used; sample++)
                        {
                            var key = SortKey.Of(x[step * lanes.BlockSamples + sample]);
                            if (upper is null)
                            {
                                histogram[key >> 16]++;
                            }
                            else if (key >> 16 == upper)
                            {
                                histogram[key & 0xFFFF]++;
                            }
                        }
            }
        }
    }
}
