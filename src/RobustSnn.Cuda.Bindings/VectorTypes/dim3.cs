using System.Runtime.InteropServices;

namespace ManagedCuda.VectorTypes;

/// <summary>The size of a block in threads, or of a grid in blocks. What is not given is 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct dim3
{
    public uint x;
    public uint y;
    public uint z;

    public dim3(uint xValue, uint yValue, uint zValue) => (x, y, z) = (xValue, yValue, zValue);

    public dim3(uint xValue, uint yValue)
        : this(xValue, yValue, 1)
    {
    }

    public dim3(uint val)
        : this(val, 1, 1)
    {
    }

    /// <exception cref="OverflowException">A size is negative.</exception>
    public dim3(int xValue, int yValue, int zValue)
        : this(checked((uint)xValue), checked((uint)yValue), checked((uint)zValue))
    {
    }

    /// <exception cref="OverflowException">A size is negative.</exception>
    public dim3(int xValue, int yValue)
        : this(xValue, yValue, 1)
    {
    }

    /// <exception cref="OverflowException">The size is negative.</exception>
    public dim3(int val)
        : this(val, 1, 1)
    {
    }

    public static implicit operator dim3(int value) => new(value);

    public static implicit operator dim3(uint value) => new(value);

    public override readonly string ToString() => $"({x}, {y}, {z})";
}
