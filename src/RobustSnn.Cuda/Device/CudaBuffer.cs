using ManagedCuda.BasicTypes;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Device;

/// <summary>Memory of a card.</summary>
/// <remarks>No finalizer: operations that have not been carried out yet hold its address. Who allocates, disposes.</remarks>
internal sealed class CudaBuffer : DeviceBuffer
{
    private readonly CudaDevice device;
    private CUdeviceptr address;
    private bool isDisposed;

    public CudaBuffer(CudaDevice device, long length, ElementType type)
        : base(length, type)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        this.device = device;
        address = device.Take(this, Bytes);
    }

    /// <summary>Address of element 0, whatever the elements are.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public ulong Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return address;
        }
    }

    /// <summary>Address of element 0 of a buffer that is expected to hold elements of a type.</summary>
    /// <exception cref="ArgumentException">Another backend allocated it, or it holds something else.</exception>
    public static ulong AddressOf(DeviceBuffer buffer, ElementType expected = ElementType.Float32)
    {
        var own = Own(buffer);
        return own.Type == expected ? own.Address : throw new ArgumentException($"{expected} is expected, this buffer holds {own.Type}", nameof(buffer));
    }

    /// <summary>A buffer of this backend.</summary>
    /// <exception cref="ArgumentException">Another backend allocated it.</exception>
    public static CudaBuffer Own(DeviceBuffer buffer) => buffer as CudaBuffer
        ?? throw new ArgumentException($"The CUDA backend computes on its own buffers, this is a {buffer.GetType().Name}.", nameof(buffer));

    public override void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            device.Release(this, address, Bytes);
            address = default;
        }
    }

    protected override void Write(ReadOnlySpan<byte> source, long byteStart) => device.Staging.Upload(source, Address + (ulong)byteStart);

    protected override void Read(Span<byte> target, long byteStart) => device.Staging.Download(Address + (ulong)byteStart, target);
}
