using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>All native memory of one backend: what is alive of it is known, and goes with the backend at the latest.</summary>
internal sealed class NativeHeap : IDisposable
{
    private readonly HashSet<NativeBuffer> alive = [];
    private readonly Lock gate = new();
    private bool isDisposed;

    /// <summary>Bytes of all buffers that have not been disposed.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>A new buffer, all zero.</summary>
    /// <exception cref="ObjectDisposedException">The backend is.</exception>
    /// <exception cref="RobustSnn.Model.BadInputException">The system does not give as much.</exception>
    public NativeBuffer Allocate(long length, ElementType type = ElementType.Float32)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            var buffer = new NativeBuffer(this, length, type);
            alive.Add(buffer);
            LiveBytes += buffer.Bytes;
            return buffer;
        }
    }

    /// <summary>Of whatever type, as bytes.</summary>
    /// <inheritdoc cref="Allocate"/>
    public NativeBuffer AllocateBytes(long bytes) => Allocate(bytes, ElementType.Byte);

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            foreach (var buffer in alive)
            {
                buffer.Free();
            }

            alive.Clear();
            LiveBytes = 0;
        }
    }

    /// <summary>Frees a buffer, unless it has been freed already.</summary>
    internal void Release(NativeBuffer buffer)
    {
        lock (gate)
        {
            if (alive.Remove(buffer))
            {
                LiveBytes -= buffer.Bytes;
                buffer.Free();
            }
        }
    }
}
