using System.Buffers;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Brings a part of an image to another size as Pillow's bilinear <c>resize</c> does, to the byte: every pixel is the mean of those around
/// its place in the original, weighted by a triangle as wide as two pixels of whichever image has the larger ones, so that shrinking does
/// not alias. Rows come before columns; the bytes between are rounded, too.
/// </summary>
internal static class BilinearResize
{
    // Weights are whole numbers of 2^-22: three bytes' worth of them, and a sign, fit an int.
    private const int FractionBits = 22;
    private const int Half = 1 << (FractionBits - 1);

    /// <param name="pixels">Bytes of the image, (C, H, W).</param>
    /// <param name="shape">Of the image.</param>
    /// <param name="box">The part of it that is resized, as if there were nothing around.</param>
    /// <param name="target">The shape to bring it to, of as many channels.</param>
    /// <param name="destination">As many bytes as <paramref name="target"/> has.</param>
    public static void Resize(ReadOnlySpan<byte> pixels, Shape shape, ImageBox box, Shape target, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, target.Count);
        var between = ArrayPool<byte>.Shared.Rent(box.Rows * target.Columns);
        using (var across = new Taps(box.Columns, target.Columns))
        using (var down = new Taps(box.Rows, target.Rows))
        {
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                for (var row = 0; row < box.Rows; row++)
                {
                    var from = pixels.Slice((((channel * shape.Rows) + box.Top + row) * shape.Columns) + box.Left, box.Columns);
                    across.Apply(from, between.AsSpan(row * target.Columns, target.Columns));
                }

                down.ApplyToRows(between, target.Columns, destination.Slice(channel * target.Rows * target.Columns, target.Rows * target.Columns));
            }
        }

        ArrayPool<byte>.Shared.Return(between);
    }

    /// <summary>Which pixels along a line a pixel of the new line is made of, and their weights.</summary>
    private readonly struct Taps : IDisposable
    {
        private readonly int outputs;
        private readonly int width;
        private readonly int[] first;
        private readonly int[] counts;
        private readonly int[] weights;

        public Taps(int inputs, int outputs)
        {
            this.outputs = outputs;
            var scale = (double)inputs / outputs;
            var reach = Math.Max(scale, 1);
            width = ((int)Math.Ceiling(reach) * 2) + 1;
            first = ArrayPool<int>.Shared.Rent(outputs);
            counts = ArrayPool<int>.Shared.Rent(outputs);
            weights = ArrayPool<int>.Shared.Rent(outputs * width);
            for (var output = 0; output < outputs; output++)
            {
                var centre = (output + 0.5) * scale;
                var start = Math.Max((int)(centre - reach + 0.5), 0);
                var count = Math.Min((int)(centre + reach + 0.5), inputs) - start;
                first[output] = start;
                var sum = 0.0;
                for (var i = 0; i < count; i++)
                {
                    sum += Exact(start + i);
                }

                counts[output] = count;
                for (var i = 0; i < count; i++)
                {
                    weights[(output * width) + i] = (int)(0.5 + (Exact(start + i) * (1 / sum) * (1 << FractionBits)));
                }

                double Exact(int input) => Math.Max(0, 1 - Math.Abs((input - centre + 0.5) * (1 / reach)));
            }
        }

        /// <summary>Makes a line of one.</summary>
        public void Apply(ReadOnlySpan<byte> from, Span<byte> to)
        {
            for (var output = 0; output < outputs; output++)
            {
                var sum = Half;
                var taps = Of(output);
                for (var i = 0; i < taps.Length; i++)
                {
                    sum += taps[i] * from[first[output] + i];
                }

                to[output] = Rounded(sum);
            }
        }

        /// <summary>Makes a column of every column of rows of some length, a row at a time.</summary>
        public void ApplyToRows(ReadOnlySpan<byte> from, int length, Span<byte> to)
        {
            var sums = ArrayPool<int>.Shared.Rent(length);
            for (var output = 0; output < outputs; output++)
            {
                var taps = Of(output);
                var sum = sums.AsSpan(0, length);
                sum.Fill(Half);
                for (var i = 0; i < taps.Length; i++)
                {
                    var row = from.Slice((first[output] + i) * length, length);
                    for (var column = 0; column < row.Length; column++)
                    {
                        sum[column] += taps[i] * row[column];
                    }
                }

                for (var column = 0; column < sum.Length; column++)
                {
                    to[(output * length) + column] = Rounded(sum[column]);
                }
            }

            ArrayPool<int>.Shared.Return(sums);
        }

        private static byte Rounded(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

        /// <summary>The weights of a pixel, the first of which is that of the pixel at <see cref="first"/>.</summary>
        private ReadOnlySpan<int> Of(int output) => weights.AsSpan(output * width, counts[output]);

        public void Dispose()
        {
            ArrayPool<int>.Shared.Return(first);
            ArrayPool<int>.Shared.Return(counts);
            ArrayPool<int>.Shared.Return(weights);
        }
    }
}
