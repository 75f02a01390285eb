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
    private const uint WarpThreads = 32;

    /// <summary>A thread takes all timesteps of a sample.</summary>
    public static ChannelWalk BySamples(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.BlockSamples);

    /// <summary>A thread takes a lane.</summary>
    public static ChannelWalk ByLanes(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.Width);

    /// <summary>A thread takes four neighbouring lanes.</summary>
    public static ChannelWalk ByFours(ActivationShape shape, int samples) => By(shape, samples, shape.Lanes.Width / 4);

    /// <summary>Blocks of as many threads as a row has work for, one for each channel and row.</summary>
    public LaunchSize Size(ActivationShape shape)
    {
        var threads = Math.Min(LaunchSize.BlockThreads, (long)shape.Columns << (int)GroupShift);
        return new LaunchSize((uint)shape.Channels, Math.Min(Rows, LaunchSize.MostRows), (uint)(threads + WarpThreads - 1) / WarpThreads * WarpThreads);
    }

    /// <summary>The same with not many more blocks than a number, for kernels that go on to further channels and rows by themselves.</summary>
    public LaunchSize Size(ActivationShape shape, uint mostBlocks)
    {
        var all = Size(shape);
        var x = Math.Min(all.X, mostBlocks);
        return all with { X = x, Y = Math.Min(all.Y, Math.Max(1, mostBlocks / x)) };
    }

    private static ChannelWalk By(ActivationShape shape, int samples, int items) =>
        new(LaunchSize.RowCount(shape, samples), (uint)samples, (uint)BitOperations.Log2(BitOperations.RoundUpToPowerOf2(Math.Min((uint)items, LaunchSize.BlockThreads))));
}
