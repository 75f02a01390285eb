using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>What a layer's kernels read: the spikes where they lie, or laid out anew.</summary>
internal sealed unsafe class LayerSource
{
    private readonly LaneMap map;
    private readonly WordGrid grid;
    private readonly int columns;
    private readonly int allTiles;
    private readonly NativeBuffer places;
    private readonly NativeBuffer mapOffsets; // of columns in the map
    private readonly NativeBuffer? sources;
    private readonly UnfoldRoom? unfolded;
    private readonly long octetBytes;
    private readonly bool hasSilent;
    private readonly NativeBuffer? unfoldedOffsets;
    private readonly int run;

    /// <param name="wordBytes">Of a word as the kernels read it.</param>
    /// <param name="isLaidOut">Whether it is laid out anew in any case, and then with a column behind the others that is always silent.</param>
    /// <param name="room">Where it is laid out, which layers share.</param>
    public LayerSource(
        NativeHeap heap, int wordBytes, LaneMap map, ConvolutionGeometry geometry, WordGrid grid, int batch, bool isLaidOut,
        UnfoldRoom room)
    {
        (this.map, this.grid) = (map, grid);
        IsCounts = map.PositionBytes == LaneMap.CountBytes;
        columns = geometry.Inputs * geometry.Taps;
        allTiles = grid.TilesOf(batch);
        mapOffsets = heap.Allocate(columns, ElementType.Int32);
        for (var column = 0; column < columns; column++)
        {
            var (input, tap) = Math.DivRem(column, geometry.Taps);
            mapOffsets.Integers[column] = checked(tap / geometry.KernelColumns * map.RowStride + input * map.ChannelStride
                + tap % geometry.KernelColumns * map.PositionBytes);
        }

        var at = grid.Sources(heap, map, geometry);
        places = heap.AllocateBytes((long)grid.Words * sizeof(long));
        if (!isLaidOut && !IsCounts && geometry is { StrideColumns: 1, StrideRows: 1 } && geometry.OutputColumns % grid.WordPositions == 0)
        {
            for (var word = 0; word < grid.Words; word++)
            {
                ((long*)places.Memory)[word] = ((long*)at.Memory)[word * grid.WordPositions];
            }

            at.Dispose();
            return;
        }

        sources = at;
        run = RunOf((long*)at.Memory, grid.Words * grid.WordPositions, map.PositionBytes);
        var columnBytes = grid.TileWords * wordBytes;
        TileBytes = checked((columns + (isLaidOut ? 1 : 0)) * columnBytes);
        hasSilent = isLaidOut;
        octetBytes = checked((long)allTiles * TileBytes);
        unfolded = room;
        room.Reserve(checked(map.Octets * octetBytes));
        unfoldedOffsets = heap.Allocate(columns, ElementType.Int32);
        for (var column = 0; column < columns; column++)
        {
            unfoldedOffsets.Integers[column] = checked(column * columnBytes);
        }

        for (var word = 0; word < grid.Words; word++)
        {
            var (tile, inTile) = Math.DivRem(word, grid.TileWords);
            ((long*)places.Memory)[word] = (long)tile * TileBytes + inTile * wordBytes;
        }
    }

    /// <summary>Whether counts are read, else spikes.</summary>
    public bool IsCounts { get; }

    /// <summary>Bytes of a tile of what is laid out anew.</summary>
    public int TileBytes { get; }

    public byte* Data => unfolded is null ? map.Data : unfolded.Data;

    public long OctetStride => unfolded is null ? map.OctetStride : octetBytes;

    /// <summary>Byte offset of each word.</summary>
    public long* Places => (long*)places.Memory;

    /// <summary>Byte offset of each column.</summary>
    public int* Offsets => unfoldedOffsets is null ? mapOffsets.Integers : unfoldedOffsets.Integers;

    /// <summary>Lays out what the first images have, where it has to be.</summary>
    public void Prepare(Workers workers, int images)
    {
        if (unfolded is null)
        {
            return;
        }

        var work = new Unfolded(map.Data, map.OctetStride, (long*)sources!.Memory, mapOffsets.Integers, columns, run, unfolded.Data, grid.Sizes,
            TileBytes, grid.TilesOf(images), allTiles, hasSilent);
        if (IsCounts)
        {
            workers.Run(work.Pieces(map.Octets), new UnfoldCountsJob(work));
        }
        else
        {
            workers.Run(work.Pieces(map.Octets), new UnfoldSpikesJob(work));
        }
    }

    private static int RunOf(long* offsets, int count, int positionBytes)
    {
        for (var run = 8; run > 1; run /= 2)
        {
            var isRun = count % run == 0;
            for (var i = 0; i < count && isRun; i++)
            {
                isRun = offsets[i] == offsets[i - i % run] + i % run * positionBytes;
            }

            if (isRun)
            {
                return run;
            }
        }

        return 1;
    }
}
