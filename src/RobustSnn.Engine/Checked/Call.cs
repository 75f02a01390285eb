using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Checked;

/// <summary>One call of an operation, and what is to be true of its arguments before and after.</summary>
/// <param name="operation">Its name, for messages.</param>
/// <param name="samples">Samples in use.</param>
internal sealed class Call(string operation, int samples)
{
    private bool holdsNaN; // a spare lane of a gradient that is read

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

    /// <summary>Floats or bits that hold the samples in use, with a border of zeros.</summary>
    public void Value(string name, Activation value)
    {
        var shape = value.Shape;
        Vector(name, value.Buffer, shape.Length, value.Buffer.Type == ElementType.Float32 ? ElementType.Float32 : shape.ElementType);
        Require(samples >= 1 && samples <= shape.Lanes.Batch, $"{name} expected 1 to {shape.Lanes.Batch} samples in use, found {samples}");
        Border(name, value);
    }

    /// <summary>Floats.</summary>
    public void Floats(string name, Activation value)
    {
        Require(!value.Shape.IsBits, $"{name} expected floats, found bits: Unpack it first");
        Value(name, value);
    }

    /// <summary>
    /// A gradient that is read: floats, and zero in lanes that stand for no sample in use. NaN there has been let pass by
    /// <see cref="Written"/>.
    /// </summary>
    public void Gradient(string name, Activation gradient)
    {
        Floats(name, gradient);
        if (new Zeros(gradient.Shape, gradient.Buffer, samples).WrongLane(isNaNWrong: true) is not null)
        {
            holdsNaN = true;
            SpareLanes(name, gradient, isNaNWrong: false);
        }
    }

    /// <summary>
    /// A gradient that the operation has written: zero in lanes that stand for no sample in use. NaN there, which is 0 times infinity, is
    /// nobody's fault if the gradient that was read holds NaN as well, or if one of these activations, which were read too, holds what is no
    /// finite number.
    /// </summary>
    public void Written(string name, Activation gradient, params ReadOnlySpan<Activation> read)
    {
        Border(name, gradient);
        if (new Zeros(gradient.Shape, gradient.Buffer, samples).WrongLane(isNaNWrong: true) is null)
        {
            return;
        }

        var isNaNWrong = !holdsNaN;
        foreach (var value in read)
        {
            isNaNWrong = isNaNWrong && new Zeros(value.Shape, value.Buffer, samples).AreAllFinite();
        }

        SpareLanes(name, gradient, isNaNWrong);
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

    /// <summary>A map and one value for each of its windows.</summary>
    public void Windows(PoolWindow window, Activation large, Activation small)
    {
        var (a, b) = (large.Shape, small.Shape);
        Require(window.Size >= 1 && window.Stride >= 1 && window.Padding >= 0 && 2 * window.Padding <= window.Size,
            $"windows expected a size and a stride of at least 1 and a padding of at most half the size, found {window.Size}, {window.Stride}, {window.Padding}");
        Require(a.Channels == b.Channels && Count(a.Rows) == b.Rows && Count(a.Columns) == b.Columns,
            $"{a.Channels} × {a.Rows} × {a.Columns} has {Count(a.Rows)} × {Count(a.Columns)} windows, not {b.Channels} × {b.Rows} × {b.Columns}");
        Require(a.Lanes == b.Lanes, $"lanes {a.Lanes} are pooled to lanes {b.Lanes}: they are to be the same");

        int Count(int extent) => (extent + 2 * window.Padding - window.Size) / window.Stride + 1;
    }

    /// <summary>Two arguments that must not be in the same memory.</summary>
    public void Apart(string first, DeviceBuffer? one, string second, DeviceBuffer? other) =>
        Require(one is null || !ReferenceEquals(one, other), $"{first} and {second} are the same buffer, which this operation does not allow");

    /// <summary>Two arguments that may be the same activation, but not different activations in the same memory.</summary>
    public void InPlace(string first, Activation one, string second, Activation other) =>
        Require(!ReferenceEquals(one.Buffer, other.Buffer) || one.Shape == other.Shape,
            $"{first} and {second} are laid out differently in the same buffer");

    /// <summary>The border of zeros is intact.</summary>
    public void Border(string name, Activation value)
    {
        if (new Zeros(value.Shape, value.Buffer, samples).WrongBorder() is { } wrong)
        {
            Require(false, $"{name}: the border of zeros is not 0 at {wrong}");
        }
    }

    /// <summary>Lanes that stand for no sample in use, in the blocks in use, are zero.</summary>
    public void SpareLanes(string name, Activation value, bool isNaNWrong = true)
    {
        if (new Zeros(value.Shape, value.Buffer, samples).WrongLane(isNaNWrong) is { } wrong)
        {
            Require(false, $"{name}: {wrong}");
        }
    }
}
