using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>What kernels need and are given.</summary>
    public static partial class FunctionManagement
    {
        [LibraryImport(Library)]
        public static partial CUResult cuFuncSetAttribute(CUfunction hfunc, CUFunctionAttribute attrib, int value);
    }
}
