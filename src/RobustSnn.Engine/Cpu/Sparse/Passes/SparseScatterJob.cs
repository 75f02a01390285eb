using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Passes;

/// <summary>
/// A sparse layer and its neurons, an image at a time, on a small map, driven by events: every input neuron that fires at all in an octet of
/// timesteps adds its weights to the currents of those that it reaches, all eight timesteps (the lanes of a vector) at once; one that is silent
/// costs nothing. Pieces are shares of an image's outputs, whose currents stay in L1 or L2; octets come in turn, their membranes kept.
/// </summary>
/// <remarks>
/// The bound is one store of 8 lanes a cycle; measured on Zen 4 are about 3 cycles an addition on maps of 4 × 4, 90 % pruned, a quarter of the
/// inputs active, and more where stretches of connections are shorter: the processor does not foresee their ends.
/// <see cref="SparseNeuronJob{TLanes, TOperand, TRule}"/> pays 1.4 cycles for 16 lanes, fired or not.
/// </remarks>
internal readonly unsafe struct SparseScatterJob<TRule>(
    ScatterList list, Operand source, ConvolutionGeometry geometry, Activation spikes, float* bias, TRule rule, float threshold, int blocks) : IJob
    where TRule : struct, INeuronRule
{
    private readonly BitLayout target = spikes.Shape.Bits;
    private readonly byte* to = spikes.Bits();
    private readonly FiringTile<TRule> firing = new(rule, threshold, spikes.Shape.Lanes, LaneLayout.FewLanes, false);

    private readonly int octets = OperandLayout.Octets(spikes.Shape.Lanes);

    /// <summary>Pieces of the job.</summary>
    public int Pieces => list.Shares * blocks;

    private int MembraneFloats => (list.Map.Targets + FiringOctet.Size - 1) / FiringOctet.Size * FiringOctet.Size;

    /// <summary>To how many positions a weight is added at a time.</summary>
    private interface ICount
    {
        static abstract int Positions { get; }
    }

    [SkipLocalsInit]
    public void Execute(int piece)
    {
        var (block, share) = Math.DivRem(piece, list.Shares);
        var first = share * list.ShareOutputs;
        var outputs = Math.Min(list.ShareOutputs, geometry.Outputs - first);
        var floats = outputs * list.Map.Plane;
        using var memory = PieceMemory.Begin();
        var currents = memory.Floats(floats + FiringOctet.Size * LaneLayout.FewLanes);
        var membranes = octets > 1 ? memory.Floats((long)outputs * MembraneFloats) : null;
        var positions = Positions(memory, block);
        fixed (ulong* reaching = list.Map.Reaching)
        fixed (int* reached = list.Map.Reached)
        {
            for (var octet = 0; octet < octets; octet++)
            {
                for (var output = 0; output < outputs; output++)
                {
                    new Span<float>(currents + output * list.Map.Plane, list.Map.Plane).Fill(bias is null ? 0 : bias[first + output]);
                }

                Scatter(new ActivePositions(source, block, octet, geometry.InputRows, geometry.InputColumns), currents, list.Of(share), reaching,
                    reached);
                Fire(memory, octet, currents, membranes, positions, first, outputs);
            }
        }
    }

    /// <summary>Adds the weights of every active input neuron, in the order of channels and taps.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(ActivePositions inputs, float* currents, ScatterStretches stretches, ulong* reaching, int* reached)
    {
        var (channels, taps, plane) = (geometry.Inputs, geometry.Taps, (nint)list.Map.Plane);
        var memory = stackalloc float[ScatterMap.MostSources * LaneLayout.FewLanes + Lanes.AlignmentFloats];
        var lanes = Lanes.Align(memory);
        var outputs = stretches.Outputs;
        var values = stretches.Values;
        var ends = stretches.Ends;
        for (var channel = 0; channel < channels; channel++, ends += taps)
        {
            var active = inputs.Read(channel, lanes);
            nint start = 0;
            for (var tap = 0; tap < taps && active != 0; tap++)
            {
                nint end = ends[tap];
                var positions = active & reaching[tap];
                if (end > start && positions != 0)
                {
                    var places = reached + tap * ScatterMap.MostSources;
                    do
                    {
                        positions = BitOperations.PopCount(positions) switch
                        {
                            1 => Add<One>(outputs + start, values + start, end - start, currents, plane, positions, lanes, places),
                            2 => Add<Two>(outputs + start, values + start, end - start, currents, plane, positions, lanes, places),
                            3 => Add<Three>(outputs + start, values + start, end - start, currents, plane, positions, lanes, places),
                            _ => Add<Four>(outputs + start, values + start, end - start, currents, plane, positions, lanes, places),
                        };
                    }
                    while (positions != 0);
                }

                start = end;
            }

            outputs += ends[taps - 1];
            values += ends[taps - 1];
        }
    }

    /// <summary>Adds a stretch of weights to what the lowest few of some positions reach.</summary>
    /// <returns>The other positions.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong Add<TCount>(
        byte* outputs, float* values, nint count, float* currents, nint plane, ulong positions, float* lanes, int* places)
        where TCount : struct, ICount
    {
        Unsafe.SkipInit(out Vector256<float> x1);
        Unsafe.SkipInit(out Vector256<float> x2);
        Unsafe.SkipInit(out Vector256<float> x3);
        nint to1 = 0, to2 = 0, to3 = 0;
        var x0 = TakeLowest(ref positions, lanes, places, out var to0);
        if (TCount.Positions > 1)
        {
            x1 = TakeLowest(ref positions, lanes, places, out to1);
        }

        if (TCount.Positions > 2)
        {
            x2 = TakeLowest(ref positions, lanes, places, out to2);
        }

        if (TCount.Positions > 3)
        {
            x3 = TakeLowest(ref positions, lanes, places, out to3);
        }

        for (nint i = 0; i < count; i++)
        {
            var at = currents + outputs[i] * plane;
            var weight = Vector256.Create(values[i]);
            Vector256.MultiplyAddEstimate(x0, weight, Vector256.Load(at + to0)).Store(at + to0);
            if (TCount.Positions > 1)
            {
                Vector256.MultiplyAddEstimate(x1, weight, Vector256.Load(at + to1)).Store(at + to1);
            }

            if (TCount.Positions > 2)
            {
                Vector256.MultiplyAddEstimate(x2, weight, Vector256.Load(at + to2)).Store(at + to2);
            }

            if (TCount.Positions > 3)
            {
                Vector256.MultiplyAddEstimate(x3, weight, Vector256.Load(at + to3)).Store(at + to3);
            }
        }

        return positions;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> TakeLowest(ref ulong positions, float* lanes, int* places, out nint to)
    {
        var position = (nint)BitOperations.TrailingZeroCount(positions);
        positions &= positions - 1;
        to = places[position];
        return Vector256.Load(lanes + position * LaneLayout.FewLanes);
    }

    private TilePositions Positions(PieceMemory memory, int block)
    {
        var positions = list.Map.Targets;
        var places = memory.Longs(positions);
        for (var i = 0; i < positions; i++)
        {
            places[i] = target.Offset(block, i / geometry.OutputColumns, i % geometry.OutputColumns);
        }

        return new TilePositions(places, positions, target.PositionBytes);
    }

    private void Fire(PieceMemory memory, int octet, float* currents, float* membranes, TilePositions positions, int first, int outputs)
    {
        if (octets > 1)
        {
            for (var output = first; output < first + outputs; output++, currents += list.Map.Plane, membranes += MembraneFloats)
            {
                firing.FireOctet(octet, currents, to + (nint)output * target.ChannelStride, positions, membranes);
            }

            return;
        }

        var room = firing.Room(memory);
        for (var output = first; output < first + outputs; output++, currents += list.Map.Plane)
        {
            firing.Fire(currents, to + (nint)output * target.ChannelStride, positions, room);
        }
    }

    private readonly struct One : ICount
    {
        public static int Positions => 1;
    }

    private readonly struct Two : ICount
    {
        public static int Positions => 2;
    }

    private readonly struct Three : ICount
    {
        public static int Positions => 3;
    }

    private readonly struct Four : ICount
    {
        public static int Positions => 4;
    }
}
