using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Kernels;

/// <summary>How many blocks of threads a kernel is launched with. Kernels go through what is left over in steps of all their threads.</summary>
/// <param name="X">Blocks side by side.</param>
/// <param name="Y">Rows of them.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="SharedBytes">Shared memory of a block beside what the kernel declares.</param>
internal readonly record struct LaunchSize(uint X, uint Y = 1, uint Threads = LaunchSize.BlockThreads, uint SharedBytes = 0)
{
    /// <summary>Threads of a block where nothing else is said; device.h has the same number.</summary>
    public const uint BlockThreads = 256;

    /// <summary>Blocks that a row of them needs to keep any card busy; more have nothing to gain.</summary>
    private const long MostBlocks = 8192;

    /// <summary>CUDA's limit.</summary>
    public const int MostRows = 65_535;

    /// <summary>A thread an item.</summary>
    public static LaunchSize Flat(long items) => new(Blocks(items));

    /// <summary>A row of thread blocks for each row of the map in each lane block in use, a thread an item of the row.</summary>
    /// <param name="itemsInRow">What the row's threads share.</param>
    public static LaunchSize OfRows(ActivationShape shape, int samples, long itemsInRow) => new(Blocks(itemsInRow), Math.Clamp(RowCount(shape, samples), 1, MostRows));

    /// <summary>Rows of the map in all lane blocks in use.</summary>
    public static uint RowCount(ActivationShape shape, int samples) => checked((uint)shape.Lanes.BlocksOf(samples) * (uint)shape.Rows);

    private static uint Blocks(long items) => (uint)Math.Clamp((items + BlockThreads - 1) / BlockThreads, 1, MostBlocks);
}
