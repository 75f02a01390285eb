using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>Where the bits of a tile's positions belong.</summary>
internal readonly unsafe struct TilePositions
{
    /// <summary>Byte offset of each position from the channel's first byte; −1 for one that stands for nothing.</summary>
    public readonly long* Offsets;

    /// <summary>Positions.</summary>
    public readonly int Count;

    private readonly int stretch;
    private readonly int bytes;

    /// <param name="offsets">See <see cref="Offsets"/>.</param>
    /// <param name="count">See <see cref="Count"/>.</param>
    /// <param name="bytes">Of a position.</param>
    public TilePositions(long* offsets, int count, int bytes)
    {
        Offsets = offsets;
        Count = count;
        this.bytes = bytes;
        stretch = FiringOctet.Size;
        while (stretch > 1 && !ComesInStretches())
        {
            stretch /= 2;
        }
    }

    /// <summary>Writes a byte at each of eight positions from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ulong spikes, byte* target, int first)
    {
        if (bytes > 1)
        {
            PutApart(spikes, target, first);
        }
        else if (stretch < FiringOctet.Size)
        {
            PutStretches(spikes, target, first);
        }
        else if (Offsets[first] >= 0)
        {
            *(ulong*)(target + Offsets[first]) = spikes;
        }
    }

    /// <summary>The same where a position is several bytes, of which one is written.</summary>
    private void PutApart(ulong spikes, byte* target, int first)
    {
        var offsets = Offsets + first;
        if (stretch == FiringOctet.Size)
        {
            if (offsets[0] >= 0)
            {
                var at = target + offsets[0];
                nint step = bytes;
                at[0] = (byte)spikes;
                at[step] = (byte)(spikes >> 8);
                at[2 * step] = (byte)(spikes >> 16);
                at[3 * step] = (byte)(spikes >> 24);
                at += 4 * step;
                at[0] = (byte)(spikes >> 32);
                at[step] = (byte)(spikes >> 40);
                at[2 * step] = (byte)(spikes >> 48);
                at[3 * step] = (byte)(spikes >> 56);
            }

            return;
        }

        var count = Math.Min(FiringOctet.Size, Count - first);
        for (var i = 0; i < count; i++, spikes >>= LaneBits.InByte)
        {
            if (offsets[i] >= 0)
            {
                target[offsets[i]] = (byte)spikes;
            }
        }
    }

    /// <summary>Writes two neighbouring bytes at each of eight positions of several bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutPairs(ulong lower, ulong upper, byte* target, int first)
    {
        var pairs = Vector128.Shuffle(Vector128.Create(lower, upper).AsByte(),
            Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
        if (bytes == 2 && stretch == FiringOctet.Size)
        {
            if (Offsets[first] >= 0)
            {
                pairs.Store(target + Offsets[first]);
            }

            return;
        }

        PutPairs(pairs.AsUInt64().GetElement(0), target, first, Math.Min(FiringOctet.Size / 2, Count - first));
        PutPairs(pairs.AsUInt64().GetElement(1), target, first + FiringOctet.Size / 2, Math.Min(FiringOctet.Size / 2, Count - first - FiringOctet.Size / 2));
    }

    private void PutPairs(ulong pairs, byte* target, int first, int count)
    {
        for (var i = first; i < first + count; i++, pairs >>= 2 * LaneBits.InByte)
        {
            if (Offsets[i] >= 0)
            {
                *(ushort*)(target + Offsets[i]) = (ushort)pairs;
            }
        }
    }

    private void PutStretches(ulong spikes, byte* target, int first)
    {
        var offsets = Offsets + first;
        var count = Math.Min(FiringOctet.Size, Count - first);
        for (var i = 0; i < count; i += stretch)
        {
            if (offsets[i] >= 0)
            {
                PutStretch(spikes >> (LaneBits.InByte * i), target + offsets[i]);
            }
        }
    }

    private void PutStretch(ulong spikes, byte* target)
    {
        switch (stretch)
        {
            case 4:
                *(uint*)target = (uint)spikes;
                break;
            case 2:
                *(ushort*)target = (ushort)spikes;
                break;
            default:
                *target = (byte)spikes;
                break;
        }
    }

    /// <summary>Whether each stretch's positions are side by side, or none of them stands for something: a row may end within.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ComesInStretches()
    {
        if (Count % stretch != 0)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            var within = i & (stretch - 1);
            var start = Offsets[i - within];
            if (Offsets[i] != (start < 0 ? -1 : start + within * bytes))
            {
                return false;
            }
        }

        return true;
    }
}
