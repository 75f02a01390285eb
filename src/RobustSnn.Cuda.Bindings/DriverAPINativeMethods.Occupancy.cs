using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>How many blocks of a kernel run side by side.</summary>
    public static partial class Occupancy
    {
        [LibraryImport(Library)]
        public static partial CUResult cuOccupancyMaxActiveBlocksPerMultiprocessor(ref int numBlocks, CUfunction func, int blockSize, SizeT dynamicSMemSize);
    }
}
