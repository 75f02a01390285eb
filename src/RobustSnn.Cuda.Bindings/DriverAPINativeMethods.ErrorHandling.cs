using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Names and texts of errors, which belong to the driver.</summary>
    public static partial class ErrorHandling
    {
        [LibraryImport(Library)]
        public static partial CUResult cuGetErrorString(CUResult error, ref IntPtr pStr);

        [LibraryImport(Library)]
        public static partial CUResult cuGetErrorName(CUResult error, ref IntPtr pStr);
    }
}
