using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Events: marks in streams.</summary>
    public static partial class Events
    {
        [LibraryImport(Library)]
        public static partial CUResult cuEventCreate(ref CUevent phEvent, CUEventFlags Flags);

        [LibraryImport(Library)]
        public static partial CUResult cuEventRecord(CUevent hEvent, CUstream hStream);

        [LibraryImport(Library)]
        public static partial CUResult cuEventSynchronize(CUevent hEvent);

        [LibraryImport(Library)]
        public static partial CUResult cuEventElapsedTime(ref float pMilliseconds, CUevent hStart, CUevent hEnd);

        [LibraryImport(Library)]
        public static partial CUResult cuEventDestroy_v2(CUevent hEvent);
    }
}
