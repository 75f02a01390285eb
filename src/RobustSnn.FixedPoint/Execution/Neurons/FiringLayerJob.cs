using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Sums;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>A layer and its neurons in one go: a tile's sums of eight timesteps go from registers through L1 into the neurons, and spikes come out.</summary>
internal readonly unsafe struct FiringLayerJob<TLanes, TOperand, TDynamics>(SumPass pass, FiringTargets to) : IJob
    where TLanes : struct, IShortLanes<TLanes>
    where TOperand : struct, IOperand<TLanes>
    where TDynamics : struct, IDynamics
{
    private readonly SumPass pass = pass;
    private readonly FiringTargets to = to;

    private int Octets => (to.Steps + LaneMap.OctetSteps - 1) / LaneMap.OctetSteps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        using var memory = PieceMemory.Begin();
        var (tile, first, end) = pass.Piece(piece);
        var room = new Room(memory, pass.Grid, tile);
        var positions = new TilePositions(to.Targets + (long)tile * pass.Grid.TilePositions, room.Firings * TLanes.Count, 1);
        for (var output = first; output < end;)
        {
            if (!to.IsShort[output])
            {
                FireWide(output++, tile, room, positions);
                continue;
            }

            var count = 1;
            while (count < SumPass.SumsTogether && output + count < end && to.IsShort[output + count])
            {
                count++;
            }

            FireShort(output, count, tile, room, positions);
            output += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireShort(int output, int count, int tile, Room room, TilePositions positions)
    {
        for (var octet = 0; octet < Octets; octet++)
        {
            Sum(octet, tile, pass.FirstSum[output], count, room);
            for (var i = 0; i < count; i++)
            {
                var neurons = to.Neurons[output + i];
                ShortFiring<TLanes, TDynamics>.Fire(room.Sums + i * room.Stride, room.Membranes + i * room.Firings * TLanes.Count, room.Firings, octet == 0,
                    (short)neurons.Threshold, neurons.LeakShift, room.Spikes);
                Put(octet, output + i, room, positions);
            }
        }
    }

    /// <summary>One output of several sums, or with membranes of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireWide(int output, int tile, Room room, TilePositions positions)
    {
        var neurons = to.Neurons[output];
        for (var octet = 0; octet < Octets; octet++)
        {
            Add(octet, output, tile, room);
            var steps = Math.Min(LaneMap.OctetSteps, to.Steps - octet * LaneMap.OctetSteps);
            for (var firing = 0; firing < room.Firings; firing++)
            {
                IntFiring<TDynamics>.Fire(room.Wide + firing * LaneMap.OctetSteps * TLanes.Count, TLanes.Count, TLanes.Count, steps, neurons,
                    room.WideMembranes + firing * TLanes.Count, octet == 0, room.Fired);
                TLanes.Load(room.Fired).StorePositions(room.Spikes + firing * TLanes.Count);
            }

            Put(octet, output, room, positions);
        }
    }

    /// <summary>An output's sums of an octet, added up in 32 bits: [firing][step][lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int octet, int output, int tile, Room room)
    {
        new Span<int>(room.Wide, room.Firings * LaneMap.OctetSteps * TLanes.Count).Clear();
        var end = pass.FirstSum[output + 1];
        for (var first = pass.FirstSum[output]; first < end; first += SumPass.SumsTogether)
        {
            var count = Math.Min(SumPass.SumsTogether, end - first);
            Sum(octet, tile, first, count, room);
            for (var i = 0; i < count; i++)
            {
                for (var firing = 0; firing < room.Firings; firing++)
                {
                    var turned = TLanes.Turn(room.Sums + i * room.Stride + firing * LaneMap.OctetSteps * TLanes.Count);
                    var wide = room.Wide + firing * LaneMap.OctetSteps * TLanes.Count;
                    turned.Step0.AddTo(wide);
                    turned.Step1.AddTo(wide + TLanes.Count);
                    turned.Step2.AddTo(wide + 2 * TLanes.Count);
                    turned.Step3.AddTo(wide + 3 * TLanes.Count);
                    turned.Step4.AddTo(wide + 4 * TLanes.Count);
                    turned.Step5.AddTo(wide + 5 * TLanes.Count);
                    turned.Step6.AddTo(wide + 6 * TLanes.Count);
                    turned.Step7.AddTo(wide + 7 * TLanes.Count);
                }
            }
        }
    }

    private void Sum(int octet, int tile, int first, int count, Room room) =>
        ShortSums.Run<TLanes, TOperand>(pass.Source + octet * pass.OctetStride, pass.Places + tile * pass.Grid.TileWords, room.Words, pass.List, first, count,
            room.Sums, room.Stride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Put(int octet, int output, Room room, TilePositions positions)
    {
        var target = to.Data + octet * to.OctetStride + (nint)output * to.ChannelStride;
        var used = FiringOctet.Used(to.Steps - octet * LaneMap.OctetSteps);
        for (var first = 0; first < room.Firings * TLanes.Count; first += FiringOctet.Size)
        {
            positions.Put(*(ulong*)(room.Spikes + first) & used, target, first);
        }
    }

    /// <summary>A piece's memory. Words behind the tile's are never written, and what they fire goes nowhere.</summary>
    private readonly struct Room
    {
        public readonly int Words;
        public readonly int Firings;
        public readonly int Stride;
        public readonly short* Sums;
        public readonly short* Membranes;
        public readonly int* Wide;
        public readonly int* WideMembranes;
        public readonly short* Fired;
        public readonly byte* Spikes;

        public Room(PieceMemory memory, WordGridSizes grid, int tile)
        {
            Words = grid.WordsIn(tile);
            Firings = (Words + WordGrid.FiringWords - 1) / WordGrid.FiringWords;
            var lanes = Firings * TLanes.Count;
            Stride = lanes * LaneMap.OctetSteps;
            Sums = (short*)memory.Words(SumPass.SumsTogether * Stride);
            Membranes = (short*)memory.Words(SumPass.SumsTogether * lanes);
            Wide = memory.Integers(Stride);
            WideMembranes = memory.Integers(lanes);
            Fired = (short*)memory.Words(TLanes.Count);
            Spikes = memory.Bytes(lanes);
        }
    }
}
