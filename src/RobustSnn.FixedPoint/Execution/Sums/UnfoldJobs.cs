using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>
/// What a layer reads, laid out as its kernels read it where it does not lie so: [octet][tile][column][word]. For strides, maps whose rows are no whole
/// words, and counts.
/// </summary>
/// <param name="map">What is read, octet 0.</param>
/// <param name="mapOctetStride">Bytes to its next octet.</param>
/// <param name="sources">Byte offset of each position of every word, for the first weight.</param>
/// <param name="columnOffsets">Byte offset of each column in the map.</param>
/// <param name="columns">How many.</param>
/// <param name="run">Positions that lie side by side in the map, wherever a multiple of so many begins.</param>
/// <param name="target">Octet 0.</param>
/// <param name="tileBytes">Bytes from a tile to the next.</param>
/// <param name="tiles">Tiles in use.</param>
/// <param name="allTiles">Tiles of a full batch.</param>
/// <param name="hasSilent">Whether a tile has a column of zeros behind the others.</param>
internal readonly unsafe struct Unfolded(
    byte* map, long mapOctetStride, long* sources, int* columnOffsets, int columns, int run, byte* target, WordGridSizes grid, int tileBytes, int tiles, int allTiles,
    bool hasSilent)
{
    private const int ColumnsOfPiece = 256;

    public readonly int* ColumnOffsets = columnOffsets;
    public readonly int Run = run;
    public readonly WordGridSizes Grid = grid;

    private readonly byte* map = map;
    private readonly long mapOctetStride = mapOctetStride;
    private readonly long* sources = sources;
    private readonly int columns = columns;
    private readonly byte* target = target;
    private readonly int tileBytes = tileBytes;
    private readonly int tiles = tiles;
    private readonly int allTiles = allTiles;

    private int ColumnPieces => (columns + ColumnsOfPiece - 1) / ColumnsOfPiece;

    public int Pieces(int octets) => octets * tiles * ColumnPieces;

    /// <summary>What a piece does: columns from one to below another, of a tile.</summary>
    public UnfoldPiece Piece(int piece)
    {
        var (rest, part) = Math.DivRem(piece, ColumnPieces);
        var (octet, tile) = Math.DivRem(rest, tiles);
        return new UnfoldPiece(
            map + octet * mapOctetStride, sources + tile * Grid.TileWords * Grid.WordPositions,
            target + ((long)octet * allTiles + tile) * tileBytes,
            part * ColumnsOfPiece, Math.Min(columns, (part + 1) * ColumnsOfPiece), Grid.WordsIn(tile), hasSilent && part == 0 ? columns : null);
    }
}

/// <summary>See <see cref="Unfolded.Piece"/>.</summary>
internal readonly unsafe struct UnfoldPiece(byte* map, long* sources, byte* target, int first, int end, int words, int? silent)
{
    public readonly byte* Map = map;
    public readonly long* Sources = sources;
    public readonly byte* Target = target;
    public readonly int First = first;
    public readonly int End = end;
    public readonly int Words = words;
    public readonly int? Silent = silent;
}

/// <summary>Of spikes: a byte a position, in order.</summary>
internal readonly struct UnfoldSpikesJob(Unfolded unfolded) : IJob
{
    private readonly Unfolded unfolded = unfolded;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Execute(int piece)
    {
        var work = unfolded.Piece(piece);
        var positions = work.Words * unfolded.Grid.WordPositions;
        var columnBytes = unfolded.Grid.TileWords * unfolded.Grid.WordPositions;
        if (work.Silent is { } silent)
        {
            new Span<byte>(work.Target + (long)silent * columnBytes, columnBytes).Clear();
        }

        for (var column = work.First; column < work.End; column++)
        {
            var from = work.Map + unfolded.ColumnOffsets[column];
            var to = work.Target + (long)column * columnBytes;
            switch (unfolded.Run)
            {
                case 8:
                    for (var i = 0; i < positions; i += 8)
                    {
                        *(ulong*)(to + i) = *(ulong*)(from + work.Sources[i]);
                    }

                    break;
                case 4:
                    for (var i = 0; i < positions; i += 4)
                    {
                        *(uint*)(to + i) = *(uint*)(from + work.Sources[i]);
                    }

                    break;
                case 2:
                    for (var i = 0; i < positions; i += 2)
                    {
                        *(ushort*)(to + i) = *(ushort*)(from + work.Sources[i]);
                    }

                    break;
                default:
                    for (var i = 0; i < positions; i++)
                    {
                        to[i] = from[work.Sources[i]];
                    }

                    break;
            }
        }
    }
}

/// <summary>Of counts: of each word, the steps of its columns with even numbers, then of those with odd ones, step by step.</summary>
internal readonly unsafe struct UnfoldCountsJob(Unfolded unfolded) : IJob
{
    private readonly Unfolded unfolded = unfolded;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var positions = unfolded.Grid.WordPositions;
        var wordBytes = positions * LaneMap.CountBytes;
        var work = unfolded.Piece(piece);
        var word = stackalloc ulong[positions];
        for (var column = work.First; column < work.End; column++)
        {
            var from = work.Map + unfolded.ColumnOffsets[column];
            var to = work.Target + (long)column * unfolded.Grid.TileWords * wordBytes;
            for (var i = 0; i < work.Words; i++, to += wordBytes)
            {
                if (unfolded.Run >= positions)
                {
                    Arrange(from + work.Sources[i * positions], positions, to);
                    continue;
                }

                for (var position = 0; position < positions; position++)
                {
                    word[position] = *(ulong*)(from + work.Sources[i * positions + position]);
                }

                Arrange((byte*)word, positions, to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Arrange(byte* word, int positions, byte* to)
    {
        if (positions == 8 && Avx512Vbmi.IsSupported)
        {
            Avx512Vbmi.PermuteVar64x8(Vector512.Load(word), Vector512.Create(
                (byte)0, 16, 32, 48, 1, 17, 33, 49, 2, 18, 34, 50, 3, 19, 35, 51, 4, 20, 36, 52, 5, 21, 37, 53, 6, 22, 38, 54, 7, 23, 39, 55,
                8, 24, 40, 56, 9, 25, 41, 57, 10, 26, 42, 58, 11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63)).Store(to);
            return;
        }

        var columns = positions / 2;
        for (var odd = 0; odd < 2; odd++)
            for (var step = 0; step < LaneMap.CountBytes; step++)
                for (var column = 0; column < columns; column++)
                {
                    *to++ = word[(2 * column + odd) * LaneMap.CountBytes + step];
                }
    }
}
