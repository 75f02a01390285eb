using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>What a layer's sums by bits read.</summary>
/// <param name="source">[octet][tile][column][64 bytes].</param>
/// <param name="octetStride">Bytes to the next octet.</param>
/// <param name="tileBytes">Bytes to the next tile.</param>
/// <param name="tiles">Tiles in use.</param>
/// <param name="groupOutputs">Outputs of a piece.</param>
internal readonly unsafe struct SlicedPass(byte* source, long octetStride, int tileBytes, int tiles, int groupOutputs)
{
    public readonly byte* Source = source;
    public readonly long OctetStride = octetStride;
    public readonly int TileBytes = tileBytes;
    public readonly int Tiles = tiles;
    public readonly int GroupOutputs = groupOutputs;
}

/// <summary>A layer and its neurons, bit by bit: 64 positions of eight timesteps at a time.</summary>
internal readonly unsafe struct SlicedLayerJob<TDynamics>(SlicedPass pass, SlicedRows rows, FiringTargets to) : IJob
    where TDynamics : struct, IDynamics
{
    private const int Planes = SlicedRows.MostPlaces;

    private const int Zeros = 8; // vectors of high bytes that there are not

    private readonly SlicedPass pass = pass;
    private readonly FiringTargets to = to;

    public int Pieces => pass.Tiles * ((rows.Levels.Length + pass.GroupOutputs - 1) / pass.GroupOutputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        using var memory = PieceMemory.Begin();
        var (group, tile) = Math.DivRem(piece, pass.Tiles);
        var positions = new TilePositions(to.Targets + (long)tile * SlicedTurn.Positions, SlicedTurn.Positions, 1);
        var planes = (Vector512<ulong>*)memory.Bytes(Planes * sizeof(Vector512<ulong>));
        var bytes = (Vector512<byte>*)memory.Bytes((Planes + Zeros) * sizeof(Vector512<byte>));
        new Span<Vector512<byte>>(bytes + Planes, Zeros).Clear();
        var wide = memory.Integers(SlicedTurn.Positions / SlicedTurn.Halves * LaneMap.OctetSteps);
        var membranes = memory.Integers(SlicedTurn.Positions);
        var spikes = memory.Bytes(SlicedTurn.Positions);
        var end = Math.Min(rows.Levels.Length, (group + 1) * pass.GroupOutputs);
        for (var output = group * pass.GroupOutputs; output < end; output++)
        {
            var neurons = to.Neurons[output];
            for (var octet = 0; octet * LaneMap.OctetSteps < to.Steps; octet++)
            {
                Sum(pass.Source + octet * pass.OctetStride + (long)tile * pass.TileBytes, output, planes);
                SlicedTurn.Bytes(planes, rows.Places[output], bytes);
                var left = to.Steps - octet * LaneMap.OctetSteps;
                if (to.IsShort[output])
                {
                    SlicedFiring<TDynamics>.Fire(bytes, (short)rows.Constants[output], (short*)membranes, octet == 0, (short)neurons.Threshold,
                        neurons.LeakShift, spikes);
                }
                else
                {
                    SlicedFiring<TDynamics>.Fire(bytes, rows.Places[output], rows.Constants[output], neurons, Math.Min(left, LaneMap.OctetSteps), membranes,
                        octet == 0, wide, spikes);
                }

                var target = to.Data + octet * to.OctetStride + (nint)output * to.ChannelStride;
                var used = FiringOctet.Used(left);
                for (var first = 0; first < SlicedTurn.Positions; first += FiringOctet.Size)
                {
                    positions.Put(*(ulong*)(spikes + first) & used, target, first);
                }
            }
        }
    }

    private void Sum(byte* tile, int output, Vector512<ulong>* planes)
    {
        if (rows.Levels[output] <= FourLevels.Count)
        {
            SlicedSums.Run<FourLevels>(tile, rows.Columns(output), rows.Counts(output), rows.Places[output], planes);
        }
        else if (rows.Levels[output] <= SevenLevels.Count)
        {
            SlicedSums.Run<SevenLevels>(tile, rows.Columns(output), rows.Counts(output), rows.Places[output], planes);
        }
        else if (rows.Levels[output] <= NineLevels.Count)
        {
            SlicedSums.Run<NineLevels>(tile, rows.Columns(output), rows.Counts(output), rows.Places[output], planes);
        }
        else
        {
            SlicedSums.Run<TwelveLevels>(tile, rows.Columns(output), rows.Counts(output), rows.Places[output], planes);
        }
    }
}
