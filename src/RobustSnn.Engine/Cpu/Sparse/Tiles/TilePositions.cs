using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>Where the bits of a tile's positions belong.</summary>
internal readonly unsafe struct TilePositions
{
    /// <summary>Byte offset of each position from the channel's first byte; −1 for one that stands for nothing.</summary>
    public readonly long* Offsets;

    /// <summary>Positions.</summary>
    public readonly int Count;

    private readonly int run;

    public TilePositions(long* offsets, int count)
    {
        Offsets = offsets;
        Count = count;
        run = FiringOctet.Size;
        while (run > 1 && !ComesInRuns())
        {
            run /= 2;
        }
    }

    /// <summary>Writes a byte at each of eight positions from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ulong bytes, byte* target, int first)
    {
        if (run < FiringOctet.Size)
        {
            PutRuns(bytes, target, first);
        }
        else if (Offsets[first] >= 0)
        {
            *(ulong*)(target + Offsets[first]) = bytes;
        }
    }

    private void PutRuns(ulong bytes, byte* target, int first)
    {
        var offsets = Offsets + first;
        var count = Math.Min(FiringOctet.Size, Count - first);
        for (var i = 0; i < count; i += run)
        {
            if (offsets[i] >= 0)
            {
                PutRun(bytes >> (LaneBits.InByte * i), target + offsets[i]);
            }
        }
    }

    private void PutRun(ulong bytes, byte* target)
    {
        switch (run)
        {
            case 4:
                *(uint*)target = (uint)bytes;
                break;
            case 2:
                *(ushort*)target = (ushort)bytes;
                break;
            default:
                *target = (byte)bytes;
                break;
        }
    }

    /// <summary>Whether each run's positions are side by side, or none of them stands for something: a row may end within.</summary>
    private bool ComesInRuns()
    {
        if (Count % run != 0)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            var within = i & (run - 1);
            var start = Offsets[i - within];
            if (Offsets[i] != (start < 0 ? -1 : start + within))
            {
                return false;
            }
        }

        return true;
    }
}
