using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Streams, and their capture into graphs.</summary>
    public static partial class Streams
    {
        [LibraryImport(Library)]
        public static partial CUResult cuStreamCreate(ref CUstream phStream, CUStreamFlags Flags);

        /// <summary>The smaller the priority's number, the sooner.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuStreamCreateWithPriority(ref CUstream phStream, CUStreamFlags flags, int priority);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamDestroy_v2(CUstream hStream);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamSynchronize(CUstream hStream);

        /// <summary><see cref="CUResult.ErrorNotReady"/> while work is left.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuStreamQuery(CUstream hStream);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamWaitEvent(CUstream hStream, CUevent hEvent, uint Flags);

        [LibraryImport(Library, EntryPoint = "cuStreamBeginCapture_v2")]
        public static partial CUResult cuStreamBeginCapture(CUstream hStream, CUstreamCaptureMode mode);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamEndCapture(CUstream hStream, ref CUgraph phGraph);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamIsCapturing(CUstream hStream, ref CUstreamCaptureStatus captureStatus);
    }
}
