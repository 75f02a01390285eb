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

    /// <summary>Blocks of a sum: enough to keep any card busy, too.</summary>
    public const uint MostSums = 2048;

    /// <summary>Threads of a warp.</summary>
    public const uint WarpThreads = 32;

    /// <summary>Blocks that a row of them needs to keep any card busy; more have nothing to gain.</summary>
    private const long MostBlocks = 8192;

    /// <summary>FOUR of four.h.</summary>
    private const int FourLanes = 4;

    /// <summary>CUDA's limit.</summary>
    public const int MostRows = 65_535;

    /// <summary>A thread an item.</summary>
    public static LaunchSize Flat(long items) => new(Blocks(items));

    /// <summary>A thread four floats (four.h).</summary>
    public static LaunchSize FlatFours(long floats) => Flat(floats / FourLanes + 1);

    /// <summary>A warp an item.</summary>
    public static LaunchSize OfWarps(long items) => Flat(checked(items * WarpThreads));

    /// <summary>A block of threads a sample, whose values it adds up.</summary>
    public static LaunchSize OfBlocks(int samples) => new((uint)Math.Clamp(samples, 1, MostBlocks));

    /// <summary>A row of thread blocks a sample, a thread an item of it.</summary>
    public static LaunchSize OfSamples(int samples, long items) => new(Blocks(items), (uint)Math.Clamp(samples, 1, MostRows));

    /// <summary>A row of thread blocks for each row of the map in each lane block in use, a thread an item of the row.</summary>
    /// <param name="itemsInRow">What the row's threads share.</param>
    public static LaunchSize OfRows(ActivationShape shape, int samples, long itemsInRow) => new(Blocks(itemsInRow), Math.Clamp(RowCount(shape, samples), 1, MostRows));

    /// <summary>A row of thread blocks for each of so many rows, a thread an item of the row.</summary>
    public static LaunchSize OfRows(long rows, long itemsInRow) => new(Blocks(itemsInRow), (uint)Math.Clamp(rows, 1, MostRows));

    /// <summary>The same as for rows of the map where a thread takes four lanes of floats at once (lanes.h).</summary>
    public static LaunchSize OfFours(ActivationShape shape, int samples) => OfRows(shape, samples, shape.RowLength / FourLanes);

    /// <summary>Few enough blocks for one to add up what they found. How many there are, and so the order, follows from the items alone.</summary>
    public static LaunchSize OfSum(ActivationShape shape, int samples, long itemsInRow)
    {
        var rows = Math.Clamp(RowCount(shape, samples), 1, MostSums);
        return new LaunchSize(Math.Min(Blocks(itemsInRow), MostSums / rows), rows);
    }

    /// <inheritdoc cref="OfSum(ActivationShape, int, long)"/>
    public static LaunchSize OfSum(ActivationShape shape, int samples) => OfSum(shape, samples, shape.RowLength / FourLanes);

    /// <summary>A row of thread blocks for each row of the map, a warp for each of its values at each step, whatever lane blocks samples lie in.</summary>
    public static LaunchSize OfSteps(ActivationShape shape) =>
        OfWarps((long)shape.Columns * shape.Channels * shape.Lanes.Steps) with { Y = (uint)Math.Clamp(shape.Rows, 1, MostRows) };

    /// <summary>Rows of the map in all lane blocks in use.</summary>
    public static uint RowCount(ActivationShape shape, int samples) => checked((uint)shape.Lanes.BlocksOf(samples) * (uint)shape.Rows);

    private static uint Blocks(long items) => (uint)Math.Clamp((items + BlockThreads - 1) / BlockThreads, 1, MostBlocks);
}
