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

        [LibraryImport(Library)]
        public static partial CUResult cuStreamDestroy_v2(CUstream hStream);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamSynchronize(CUstream hStream);

        [LibraryImport(Library, EntryPoint = "cuStreamBeginCapture_v2")]
        public static partial CUResult cuStreamBeginCapture(CUstream hStream, CUstreamCaptureMode mode);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamEndCapture(CUstream hStream, ref CUgraph phGraph);

        [LibraryImport(Library)]
        public static partial CUResult cuStreamIsCapturing(CUstream hStream, ref CUstreamCaptureStatus captureStatus);
    }
}
