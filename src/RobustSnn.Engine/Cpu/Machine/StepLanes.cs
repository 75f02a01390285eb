using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>
/// Where the timesteps of a vector of samples lie. Full vectors of 16 samples step together; a block of fewer samples steps through a
/// vector of which only its samples are loaded and stored, so that one piece of arithmetic serves both.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Whether all timesteps are one and the same.</summary>
    bool IsStatic { get; }

    /// <summary>One step's values; 0 where the vector reaches beyond the block's samples.</summary>
    Vector512<float> Load(int step);

    static abstract LaneMemory Memory(Activation activation);

    /// <summary>The lanes of samples <paramref name="sample"/> … of the channel whose lanes begin at <paramref name="channel"/>.</summary>
    static abstract TSelf At(byte* channel, LaneLayout lanes, int sample);
}

/// <summary>Lanes that are floats.</summary>
/// <param name="stride">Floats from a step to the next; 0 for a static value.</param>
/// <param name="count">Samples in the vector: 16 or the last few.</param>
internal readonly unsafe struct StepLanes(float* first, int stride, int count) : ILanes<StepLanes>, ISpikeLanes<StepLanes>
{
    public bool IsStatic => stride == 0;

    public static LaneMemory Memory(Activation activation) => LaneMemory.OfFloats(activation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StepLanes At(byte* channel, LaneLayout lanes, int sample) => new((float*)channel + sample,
        lanes.Steps == 1 ? 0 : lanes.BlockSamples, Math.Min(LaneLayout.VectorLanes, lanes.BlockSamples - sample));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StepLanes At(byte* channel, LaneLayout lanes, int sample, int used) => At(channel, lanes, sample);

    public static void ClearSpare(LaneLayout lanes, byte* channel) => LaneMask.ClearSpare(lanes, (float*)channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(int step)
    {
        var at = first + (nint)step * stride;
        return count == LaneLayout.VectorLanes ? Vector512.Load(at) : LoadPart(at, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int step, Vector512<float> value)
    {
        var at = first + (nint)step * stride;
        if (count == LaneLayout.VectorLanes)
        {
            value.Store(at);
        }
        else
        {
            StorePart(value, at, count);
        }
    }

    /// <summary>Stores, or adds to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int step, Vector512<float> value, bool accumulate) => Store(step, accumulate ? Load(step) + value : value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSpikes(int step, Vector512<float> fires) =>
        Store(step, Vector512.ConditionalSelect(fires, Vector512<float>.One, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadPart(float* at, int count)
    {
        var value = Vector512<float>.Zero;
        new ReadOnlySpan<float>(at, count).CopyTo(new Span<float>(&value, LaneLayout.VectorLanes));
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(Vector512<float> value, float* at, int count) =>
        new ReadOnlySpan<float>(&value, count).CopyTo(new Span<float>(at, count));
}
