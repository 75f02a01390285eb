using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Checked;

/// <summary>One call of an operation, and what is to be true of its arguments before and after.</summary>
/// <param name="operation">Its name, for messages.</param>
/// <param name="samples">Samples in use.</param>
internal readonly struct Call(string operation, int samples)
{
    /// <summary>Fails with a sentence unless the condition holds.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException($"{operation}: {message}");
        }
    }

    /// <summary>A buffer of at least so many elements.</summary>
    public void Vector(string name, DeviceBuffer? buffer, long count, ElementType type = ElementType.Float32)
    {
        if (buffer is not null)
        {
            Require(buffer.Type == type, $"{name} expected {type}, found {buffer.Type}");
            Require(count >= 0 && buffer.Length >= count, $"{name} expected at least {count} elements, found {buffer.Length}");
        }
    }

    /// <summary>v_th: one float, or one a channel.</summary>
    public void Thresholds(DeviceBuffer threshold, ActivationShape neurons)
    {
        Vector("threshold", threshold, 1);
        Require(threshold.Length == 1 || threshold.Length == neurons.Channels,
            $"threshold expected 1 element or {neurons.Channels}, one a channel, found {threshold.Length}");
    }

    /// <summary>Floats or bits that hold the samples in use, framed by zeros.</summary>
    public void Value(string name, Activation value)
    {
        var shape = value.Shape;
        Vector(name, value.Buffer, shape.Length, value.Buffer.Type == ElementType.Float32 ? ElementType.Float32 : shape.ElementType);
        Require(samples >= 1 && samples <= shape.Lanes.Batch, $"{name} expected 1 to {shape.Lanes.Batch} samples in use, found {samples}");
        Frame(name, value);
    }

    /// <summary>Floats.</summary>
    public void Floats(string name, Activation value)
    {
        Require(!value.Shape.IsBits, $"{name} expected floats, found bits: Unpack it first");
        Value(name, value);
    }

    /// <summary>A gradient: floats, and zero in lanes that stand for no sample in use.</summary>
    public void Gradient(string name, Activation gradient)
    {
        Floats(name, gradient);
        SpareLanes(name, gradient);
    }

    /// <summary>A gradient that is written: zero already in spare lanes if something is added to it.</summary>
    public void Target(string name, Activation gradient, bool accumulate)
    {
        if (accumulate)
        {
            Gradient(name, gradient);
        }
        else
        {
            Floats(name, gradient);
        }
    }

    /// <summary>Two values of the same channels, rows, columns and samples; where not of the same steps, one of them is static.</summary>
    public void Alike(string first, Activation one, string second, Activation other)
    {
        var (a, b) = (one.Shape, other.Shape);
        Require((a.Channels, a.Rows, a.Columns) == (b.Channels, b.Rows, b.Columns),
            $"{first} is {a.Channels} × {a.Rows} × {a.Columns}, {second} is {b.Channels} × {b.Rows} × {b.Columns}: they are to be alike");
        SameLanes(first, one, second, other);
    }

    /// <summary>Two values of the same samples, in the same blocks.</summary>
    public void SameLanes(string first, Activation one, string second, Activation other)
    {
        var (a, b) = (one.Shape.Lanes, other.Shape.Lanes);
        Require(a.Static == b.Static && (a.Steps == b.Steps || a.Steps == 1 || b.Steps == 1),
            $"{first} has lanes {a}, {second} has lanes {b}: samples and blocks are to be the same, and steps unless one is static");
    }

    /// <summary>A map whose windows, side by side, are the pixels of another.</summary>
    public void Windows(Activation large, Activation small)
    {
        var (a, b) = (large.Shape, small.Shape);
        Require(a.Channels == b.Channels && a.Rows % b.Rows == 0 && a.Columns % b.Columns == 0,
            $"{a.Channels} × {a.Rows} × {a.Columns} does not divide into {b.Channels} × {b.Rows} × {b.Columns} windows");
        Require(a.Lanes == b.Lanes, $"lanes {a.Lanes} are pooled to lanes {b.Lanes}: they are to be the same");
    }

    /// <summary>Two arguments that must not be in the same memory.</summary>
    public void Apart(string first, DeviceBuffer? one, string second, DeviceBuffer? other) =>
        Require(one is null || !ReferenceEquals(one, other), $"{first} and {second} are the same buffer, which this operation does not allow");

    /// <summary>Two arguments that may be the same activation, but not different activations in the same memory.</summary>
    public void InPlace(string first, Activation one, string second, Activation other) =>
        Require(!ReferenceEquals(one.Buffer, other.Buffer) || one.Shape == other.Shape,
            $"{first} and {second} are laid out differently in the same buffer");

    /// <summary>The frame of zeros is intact.</summary>
    public void Frame(string name, Activation value)
    {
        if (value.Shape.Border == 0)
        {
            return;
        }

        var shape = value.Shape;
        if (shape.IsBits)
        {
            var bits = shape.Bits;
            var bytes = Words(value);
            ForBorder(shape, (block, row, column, channel) =>
            {
                var at = bits.Offset(block, row, column) + (long)channel * bits.ChannelStride;
                return bytes.AsSpan((int)at, bits.PositionBytes).IndexOfAnyExcept((byte)0) < 0;
            }, name);
            return;
        }

        var floats = value.Buffer.ToArray((int)shape.Length);
        ForBorder(shape, (block, row, column, channel) =>
            floats.AsSpan((int)(shape.Offset(block, row, column) + (long)channel * shape.Lanes.Width), shape.Lanes.Width).IndexOfAnyExcept(0f) < 0, name);
    }

    /// <summary>Lanes that stand for no sample in use, in the blocks in use, are zero.</summary>
    public void SpareLanes(string name, Activation value)
    {
        var shape = value.Shape;
        var lanes = shape.Lanes;
        var last = lanes.BlocksOf(samples) - 1;
        if (lanes.Lanes == lanes.Width && lanes.SamplesOf(last, samples) == lanes.BlockSamples)
        {
            return;
        }

        var isBits = shape.IsBits;
        var floats = isBits ? [] : value.Buffer.ToArray((int)shape.Length);
        var bytes = isBits ? Words(value) : [];
        for (var block = 0; block <= last; block++)
        {
            var used = lanes.SamplesOf(block, samples);
            int[] spare = [.. Enumerable.Range(0, isBits ? shape.Bits.PositionBytes * 8 : lanes.Width)
                .Where(lane => lane >= lanes.Lanes || lane % lanes.BlockSamples >= used)];
            for (var row = 0; row < shape.Rows; row++)
                for (var column = 0; column < shape.Columns; column++)
                    for (var channel = 0; channel < shape.Channels; channel++)
                    {
                        var first = isBits
                            ? shape.Bits.Offset(block, row, column) + (long)channel * shape.Bits.ChannelStride
                            : shape.Offset(block, row, column) + (long)channel * lanes.Width;
                        foreach (var lane in spare)
                        {
                            if (isBits ? ((bytes[first + lane / 8] >> (lane % 8)) & 1) != 0 : !IsNothing(floats, first, lane, lanes, used))
                            {
                                Require(false, $"{name}: lane {lane} of block {block}, which stands for no sample in use, is not 0 at channel {channel}, row {row}, column {column}");
                            }
                        }
                    }
        }
    }

    /// <summary>
    /// Whether a spare lane is 0. A weight that is no number makes no number of 0 as well, but then of what stands for samples too.
    /// </summary>
    private static bool IsNothing(float[] floats, long first, int lane, LaneLayout lanes, int used)
    {
        var value = floats[first + lane];
        if (!float.IsNaN(value))
        {
            return value == 0;
        }

        for (var other = 0; other < lanes.Lanes; other++)
        {
            if (other % lanes.BlockSamples < used && !float.IsFinite(floats[first + other]))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Words(Activation value)
    {
        var words = new uint[value.Shape.Length];
        value.Buffer.DownloadAs<uint>(words);
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    private void ForBorder(ActivationShape shape, Func<int, int, int, int, bool> isZero, string name)
    {
        var blocks = shape.Lanes.BlocksOf(samples);
        for (var block = 0; block < blocks; block++)
            for (var row = -shape.Border; row < shape.Rows + shape.Border; row++)
                for (var column = -shape.Border; column < shape.Columns + shape.Border; column++)
                {
                    var isInside = row >= 0 && row < shape.Rows && column >= 0 && column < shape.Columns;
                    for (var channel = 0; channel < shape.Channels && !isInside; channel++)
                    {
                        if (!isZero(block, row, column, channel))
                        {
                            Require(false, $"{name}: the border of zeros is not 0 at block {block}, channel {channel}, row {row}, column {column}");
                        }
                    }
                }
    }
}
