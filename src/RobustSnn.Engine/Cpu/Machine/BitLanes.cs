using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>Lanes that a neuron writes its spikes to.</summary>
internal unsafe interface ISpikeLanes<TSelf>
    where TSelf : struct, ISpikeLanes<TSelf>
{
    /// <param name="fires">All bits of a lane set, or none.</param>
    void StoreSpikes(int step, Vector512<float> fires);

    static abstract LaneMemory Memory(Activation activation);

    /// <summary>The lanes of samples <paramref name="sample"/> … of a channel.</summary>
    /// <param name="used">How many samples of the block are in use.</param>
    static abstract TSelf At(byte* channel, LaneLayout lanes, int sample, int used);

    /// <summary>Sets lanes of a channel that stand for nothing to 0.</summary>
    static abstract void ClearSpare(LaneLayout lanes, byte* channel);
}

/// <summary>Lanes that are bits, as <see cref="BitLayout"/> says. Steps of fewer than 16 samples begin anywhere in a byte.</summary>
/// <param name="position">The first byte of the position; nothing outside its bytes is written, because a neighbour's begin there.</param>
/// <param name="first">Bit of step 0.</param>
/// <param name="stride">Bits from a step to the next; 0 for a static value.</param>
/// <param name="mask">Samples that are read or may fire.</param>
/// <param name="count">Samples in the vector: 16 or the last few.</param>
internal readonly unsafe struct BitLanes(byte* position, int first, int stride, uint mask, int count) : ILanes<BitLanes>, ISpikeLanes<BitLanes>
{
    public bool IsStatic => stride == 0;

    public static LaneMemory Memory(Activation activation) => LaneMemory.OfBits(activation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes At(byte* channel, LaneLayout lanes, int sample) => At(channel, lanes, sample, lanes.BlockSamples);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes At(byte* channel, LaneLayout lanes, int sample, int used) => new(channel, sample,
        lanes.Steps == 1 ? 0 : lanes.BlockSamples, LaneBits.Lowest(used - sample), Math.Min(LaneLayout.VectorLanes, lanes.BlockSamples - sample));

    // a neuron leaves nothing in lanes that it does not have, and they were 0 before
    public static void ClearSpare(LaneLayout lanes, byte* channel)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(int step)
    {
        var bit = (uint)(first + step * stride);
        return LaneBits.ToFloats((*(uint*)(position + bit / LaneBits.InByte) >> (int)(bit % LaneBits.InByte)) & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreSpikes(int step, Vector512<float> fires)
    {
        var bit = (uint)(first + step * stride);
        var spikes = (uint)fires.ExtractMostSignificantBits() & mask;
        if (count == LaneLayout.VectorLanes && bit % LaneBits.InByte == 0)
        {
            *(ushort*)(position + bit / LaneBits.InByte) = (ushort)spikes;
        }
        else
        {
            StorePart(bit, spikes);
        }
    }

    private void StorePart(uint bit, uint spikes)
    {
        var replaced = ((1u << count) - 1) << (int)(bit % LaneBits.InByte);
        var value = spikes << (int)(bit % LaneBits.InByte);
        for (var at = position + bit / LaneBits.InByte; replaced != 0; at++, replaced >>= LaneBits.InByte, value >>= LaneBits.InByte)
        {
            *at = (byte)((*at & ~replaced) | value);
        }
    }
}

/// <summary>Bits of 16 lanes.</summary>
internal static class LaneBits
{
    /// <summary>Bits of a byte.</summary>
    public const int InByte = 8;

    /// <summary>The lowest <paramref name="count"/> of 16 bits: none below 1, all from 16 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Lowest(int count) => (1u << Math.Clamp(count, 0, LaneLayout.VectorLanes)) - 1;

    /// <summary>1 for each of the lowest 16 bits that is set, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToFloats(uint bits)
    {
        var lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector512.ConditionalSelect(Vector512.Equals(Vector512.Create(bits) & lanes, lanes).AsSingle(), Vector512<float>.One,
            Vector512<float>.Zero);
    }

    /// <summary>Set bits of <paramref name="bytes"/> bytes.</summary>
    public static unsafe long Count(byte* bytes, long length)
    {
        var count = 0L;
        var i = 0L;
        for (; i + sizeof(ulong) <= length; i += sizeof(ulong))
        {
            count += BitOperations.PopCount(*(ulong*)(bytes + i));
        }

        for (; i < length; i++)
        {
            count += BitOperations.PopCount(bytes[i]);
        }

        return count;
    }
}
