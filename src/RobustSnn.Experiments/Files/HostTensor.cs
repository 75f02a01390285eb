using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>A named tensor in host memory as files hold it: row-major elements, little-endian. Scalars have no dimensions.</summary>
public sealed class HostTensor
{
    /// <param name="name">Name, as in PyTorch's state_dict.</param>
    /// <param name="elementType">What one element is.</param>
    /// <param name="dimensions">Sizes, outermost first; empty for a scalar.</param>
    /// <param name="bytes">Row-major elements; kept, not copied.</param>
    /// <exception cref="ArgumentException">The bytes are not as many as the dimensions need, or a dimension is negative.</exception>
    public HostTensor(string name, ElementType elementType, IReadOnlyList<int> dimensions, byte[] bytes)
    {
        long count = 1;
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            count = checked(count * dimension);
        }

        if (checked(count * elementType.Bytes()) != bytes.Length)
        {
            throw new ArgumentException(
                $"tensor {name}: {count} elements of {elementType} need {count * elementType.Bytes()} bytes, given {bytes.Length}",
                nameof(bytes));
        }

        Name = name;
        ElementType = elementType;
        Dimensions = [.. dimensions];
        Bytes = bytes;
        Count = (int)count;
    }

    /// <summary>Name, as in PyTorch's state_dict.</summary>
    public string Name { get; }

    /// <summary>What one element is.</summary>
    public ElementType ElementType { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>Row-major elements, little-endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Number of elements: the product of the dimensions.</summary>
    public int Count { get; }

    /// <summary>A tensor of F32 holding a copy of the values.</summary>
    public static HostTensor FromFloats(string name, IReadOnlyList<int> dimensions, ReadOnlySpan<float> values) =>
        new(name, ElementType.F32, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of I64 holding a copy of the values.</summary>
    public static HostTensor FromLongs(string name, IReadOnlyList<int> dimensions, ReadOnlySpan<long> values) =>
        new(name, ElementType.I64, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of I32 holding a copy of the values.</summary>
    public static HostTensor FromInts(string name, IReadOnlyList<int> dimensions, ReadOnlySpan<int> values) =>
        new(name, ElementType.I32, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of I16 holding a copy of the values.</summary>
    public static HostTensor FromShorts(string name, IReadOnlyList<int> dimensions, ReadOnlySpan<short> values) =>
        new(name, ElementType.I16, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of I8 holding a copy of the values.</summary>
    public static HostTensor FromSBytes(string name, IReadOnlyList<int> dimensions, ReadOnlySpan<sbyte> values) =>
        new(name, ElementType.I8, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The same elements under another name, without copying.</summary>
    public HostTensor Renamed(string name) => new(name, this);

    /// <summary>The elements as floats, exactly: F32, F16 and BF16, which widen, or F64 whose every value is a float.</summary>
    /// <exception cref="BadInputException">Whole numbers, or an F64 value that a float cannot hold.</exception>
    public float[] ToFloats() => ElementType switch
    {
        ElementType.F32 => As<float>().ToArray(),
        ElementType.F64 => Narrow(As<double>()),
        ElementType.F16 => Array.ConvertAll(As<Half>().ToArray(), value => (float)value),
        ElementType.BF16 => Array.ConvertAll(As<ushort>().ToArray(), upper => BitConverter.UInt32BitsToSingle((uint)upper << 16)),
        _ => throw new BadInputException($"tensor {Name}: expected floating-point elements (F32, F64, F16 or BF16), found {ElementType}"),
    };

    /// <summary>The elements as doubles, exactly, of any floating-point type.</summary>
    /// <exception cref="BadInputException">Whole numbers.</exception>
    public double[] ToDoubles() =>
        ElementType == ElementType.F64 ? As<double>().ToArray() : Array.ConvertAll(ToFloats(), value => (double)value);

    /// <summary>The elements as 64-bit whole numbers: I64, I32, I16, I8, U8 or Bool (false 0, true 1).</summary>
    /// <exception cref="BadInputException">Floating-point elements.</exception>
    public long[] ToLongs() => ElementType switch
    {
        ElementType.I64 => As<long>().ToArray(),
        ElementType.I32 => Array.ConvertAll(As<int>().ToArray(), value => (long)value),
        ElementType.I16 => Array.ConvertAll(As<short>().ToArray(), value => (long)value),
        ElementType.I8 => Array.ConvertAll(As<sbyte>().ToArray(), value => (long)value),
        ElementType.U8 or ElementType.Bool => Array.ConvertAll(Bytes.ToArray(), value => (long)value),
        _ => throw new BadInputException($"tensor {Name}: expected whole numbers (I64, I32, I16, I8, U8 or Bool), found {ElementType}"),
    };

    /// <summary>Name, element type and dimensions, for messages.</summary>
    public override string ToString() => $"{Name}: {ElementType} [{string.Join(", ", Dimensions)}]";

    private HostTensor(string name, HostTensor source)
    {
        Name = name;
        ElementType = source.ElementType;
        Dimensions = source.Dimensions;
        Bytes = source.Bytes;
        Count = source.Count;
    }

    private ReadOnlySpan<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.Span);

    private float[] Narrow(ReadOnlySpan<double> values)
    {
        var floats = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            floats[i] = (float)values[i];
            if (!values[i].Equals(floats[i]))
            {
                throw new BadInputException(
                    $"tensor {Name}: element {i} is {values[i]:R}, which a 32-bit float cannot hold; save the tensor as float32");
            }
        }

        return floats;
    }
}
