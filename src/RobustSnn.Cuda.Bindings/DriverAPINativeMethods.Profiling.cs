using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Which part of a program a profiler looks at.</summary>
    public static partial class Profiling
    {
        [LibraryImport(Library)]
        public static partial CUResult cuProfilerStart();

        [LibraryImport(Library)]
        public static partial CUResult cuProfilerStop();
    }
}
