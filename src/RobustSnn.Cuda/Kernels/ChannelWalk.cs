using System.Numerics;
using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Kernels;

/// <summary>
/// How threads divide an activation where a block of them takes a channel of a row: native/kernels/channel.h has the same fields, and says how.
/// </summary>
/// <param name="Rows">Of the map, in all lane blocks in use.</param>
/// <param name="Samples">Of the batch that are in use.</param>
/// <param name="GroupShift">2^GroupShift threads share a position.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChannelWalk(uint Rows, uint Samples, uint GroupShift)
{
    /// <summary>Lanes that a thread should add up before the threads of a block add up theirs, which takes some twenty shuffles and two barriers.</summary>
    private const long SummedLanes = 16;

    /// <summary>A thread takes all timesteps of a sample.</summary>
    public static ChannelWalk BySamples(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.BlockSamples);

    /// <summary>A thread takes a lane.</summary>
    public static ChannelWalk ByLanes(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.Width);

    /// <summary>A thread adds up lanes: a warp of them at most shares a column, so that small blocks of threads can add up a row.</summary>
    public static ChannelWalk ForSums(ActivationShape shape, int samples) => By(shape, samples, Math.Min(shape.Lanes.Width, (int)LaunchSize.WarpThreads));

    /// <summary>A thread takes four neighbouring lanes.</summary>
    public static ChannelWalk ByFours(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.Width / 4);

    /// <summary>Blocks of as many threads as a row has work for, one for each channel and row.</summary>
    public LaunchSize Size(ActivationShape shape)
    {
        var threads = Math.Min(LaunchSize.BlockThreads, (long)shape.Columns << (int)GroupShift);
        return new LaunchSize((uint)shape.Channels, Math.Min(Rows, LaunchSize.MostRows), WholeWarps(threads));
    }

    /// <summary>Blocks of threads that add up a row of a channel each, every thread enough lanes of it. The order of the sums follows from the shape alone.</summary>
    public LaunchSize SizeOfSums(ActivationShape shape)
    {
        var threads = Math.Min(LaunchSize.BlockThreads, (long)shape.Columns * shape.Lanes.Width / SummedLanes);
        return Size(shape) with { Threads = WholeWarps(threads) };
    }

    /// <summary>The same with not many more blocks than a number, for kernels that go on to further channels and rows by themselves.</summary>
    public LaunchSize Size(ActivationShape shape, uint mostBlocks)
    {
        var all = Size(shape);
        var x = Math.Min(all.X, mostBlocks);
        return all with { X = x, Y = Math.Min(all.Y, Math.Max(1, mostBlocks / x)) };
    }

    private static uint WholeWarps(long threads) =>
        (uint)(Math.Max(threads, 1) + LaunchSize.WarpThreads - 1) / LaunchSize.WarpThreads * LaunchSize.WarpThreads;

    private static ChannelWalk By(ActivationShape shape, int samples, int items) =>
        new(LaunchSize.RowCount(shape, samples), (uint)samples, (uint)BitOperations.Log2(BitOperations.RoundUpToPowerOf2(Math.Min((uint)items, LaunchSize.BlockThreads))));
}
