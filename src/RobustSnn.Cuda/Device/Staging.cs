using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Device;

/// <summary>
/// Page-locked host memory, through which bytes go to the card and back: only from there can the card copy by itself while the host goes on.
/// Two pieces in turn, so that one is filled or emptied while the other travels.
/// </summary>
internal sealed unsafe class Staging : IDisposable
{
    private const int PieceBytes = 4 << 20;

    private readonly CudaDevice device;
    private readonly Piece[] pieces;
    private int next;

    public Staging(CudaDevice device)
    {
        this.device = device;
        pieces = [new Piece(device), new Piece(device)];
    }

    /// <summary>What went to the card and came from it since it was opened. A copy larger than a piece counts as one.</summary>
    public DeviceTraffic Traffic { get; private set; }

    /// <summary>Copies to the card, behind all that was called before; the source may be used again when it returns.</summary>
    public void Upload(ReadOnlySpan<byte> source, ulong target)
    {
        Begin();
        for (var done = 0; done < source.Length;)
        {
            var part = source.Slice(done, Math.Min(PieceBytes, source.Length - done));
            var piece = Next();
            part.CopyTo(piece.Bytes);
            device.Check(DriverAPINativeMethods.AsynchronousMemcpy_v2.cuMemcpyHtoDAsync_v2(
                new CUdeviceptr { Pointer = target + (ulong)done }, piece.Host, part.Length, device.Stream), "copy to the device");
            piece.Travels();
            done += part.Length;
        }

        Traffic = Traffic with { Uploads = Traffic.Uploads + 1, Uploaded = Traffic.Uploaded + source.Length };
    }

    /// <summary>Copies from the card, once all that was called before has been carried out.</summary>
    public void Download(ulong source, Span<byte> target)
    {
        Begin();
        (Piece Piece, int Start, int Length)? waiting = null;
        for (var done = 0; done < target.Length;)
        {
            var length = Math.Min(PieceBytes, target.Length - done);
            var piece = Next();
            device.Check(DriverAPINativeMethods.AsynchronousMemcpy_v2.cuMemcpyDtoHAsync_v2(
                piece.Host, new CUdeviceptr { Pointer = source + (ulong)done }, length, device.Stream), "copy from the device");
            piece.Travels();
            Arrive(waiting, target);
            waiting = (piece, done, length);
            done += length;
        }

        Arrive(waiting, target);
        Traffic = Traffic with { Downloads = Traffic.Downloads + 1, Downloaded = Traffic.Downloaded + target.Length };
    }

    public void Dispose()
    {
        foreach (var piece in pieces)
        {
            piece.Dispose();
        }
    }

    private static void Arrive((Piece Piece, int Start, int Length)? waiting, Span<byte> target)
    {
        if (waiting is var (piece, start, length))
        {
            piece.Wait();
            piece.Bytes[..length].CopyTo(target[start..]);
        }
    }

    private void Begin()
    {
        device.MakeCurrent();
        if (device.Recorder is not null)
        {
            throw new InvalidOperationException("host memory was copied while a recording is made: a replay could not do so");
        }
    }

    private Piece Next()
    {
        var piece = pieces[next];
        next = (next + 1) % pieces.Length;
        piece.Wait();
        return piece;
    }

    private sealed class Piece(CudaDevice device) : IDisposable
    {
        private readonly CudaPageLockedHostMemory<byte> memory = new(PieceBytes, CUMemHostAllocFlags.None);
        private readonly CudaEvent arrived = new(CUEventFlags.DisableTiming);
        private bool isTravelling;

        public IntPtr Host => memory.PinnedHostPointer;

        public Span<byte> Bytes => new((void*)Host, PieceBytes);

        public void Travels()
        {
            device.Check(DriverAPINativeMethods.Events.cuEventRecord(arrived.Event, device.Stream), "mark the end of a copy");
            isTravelling = true;
        }

        public void Wait()
        {
            if (isTravelling)
            {
                device.Check(DriverAPINativeMethods.Events.cuEventSynchronize(arrived.Event), "wait for a copy");
                isTravelling = false;
            }
        }

        public void Dispose()
        {
            memory.Dispose();
            arrived.Dispose();
        }
    }
}
