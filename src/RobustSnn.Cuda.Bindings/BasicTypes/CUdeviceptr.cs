using System.Runtime.InteropServices;

namespace ManagedCuda.BasicTypes;

/// <summary>An address in the device's memory. Sums and differences are in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUdeviceptr : IEquatable<CUdeviceptr>
{
    public SizeT Pointer;

    public CUdeviceptr(SizeT pointer) => Pointer = pointer;

    public static implicit operator ulong(CUdeviceptr src) => src.Pointer;

    public static explicit operator CUdeviceptr(SizeT src) => new(src);

    public static CUdeviceptr operator +(CUdeviceptr src, SizeT value) => new(src.Pointer + value);

    public static CUdeviceptr operator -(CUdeviceptr src, SizeT value) => new(src.Pointer - value);

    public static bool operator ==(CUdeviceptr src, CUdeviceptr value) => src.Pointer == value.Pointer;

    public static bool operator !=(CUdeviceptr src, CUdeviceptr value) => src.Pointer != value.Pointer;

    readonly bool IEquatable<CUdeviceptr>.Equals(CUdeviceptr other) => Pointer == other.Pointer;

    public override readonly bool Equals(object? obj) => obj is CUdeviceptr other && Pointer == other.Pointer;

    public override readonly int GetHashCode() => Pointer.GetHashCode();

    public override readonly string ToString() => $"0x{(ulong)Pointer:x}";
}
