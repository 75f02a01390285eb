using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>
/// CUDA's driver interface as the driver has it: calls return a status and throw nothing but what a missing library or entry point throws.
/// An entry point's name is the method's unless it says so.
/// </summary>
public static partial class DriverAPINativeMethods
{
    internal const string Library = "nvcuda";

    [LibraryImport(Library)]
    public static partial CUResult cuInit(CUInitializationFlags Flags);

    /// <summary>1000 times the major and 10 times the minor version of CUDA that the driver has. Works before <see cref="cuInit"/>.</summary>
    [LibraryImport(Library)]
    public static partial CUResult cuDriverGetVersion(ref int driverVersion);
}
