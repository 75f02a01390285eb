using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>Memory in which the neurons of several positions stand side by side.</summary>
/// <param name="byStep">Currents, 16 a step.</param>
/// <param name="spikes">A word a step.</param>
internal readonly unsafe struct FiringRoom(float* byStep, ushort* spikes)
{
    public readonly float* ByStep = byStep;
    public readonly ushort* Spikes = spikes;
}

/// <summary>The neurons of one channel at a tile's positions: currents in, bits out, all timesteps (METHODS 1).</summary>
/// <param name="model">Leak and reset.</param>
/// <param name="threshold">v_th.</param>
/// <param name="lanes">Of the spikes.</param>
/// <param name="positionFloats">Floats from one position's currents to the next's.</param>
/// <param name="isStatic">Whether the current is the same at every timestep.</param>
internal readonly unsafe struct FiringTile(NeuronModel model, float threshold, LaneLayout lanes, int positionFloats, bool isStatic)
{
    private readonly float leak = (float)model.Leak;
    private readonly bool soft = model.Reset.IsSoft;
    private readonly int steps = lanes.Steps;
    private readonly int samples = lanes.BlockSamples;
    private readonly bool isStatic = isStatic;
    private readonly int stepFloats = isStatic ? 0 : lanes.BlockSamples;

    private readonly bool isOctet = FiringOctet.IsSupported && lanes is { BlockSamples: 1, Steps: <= FiringOctet.MostSteps }
        && positionFloats == (isStatic ? 1 : FiringOctet.MostSteps);

    /// <summary>What <see cref="Fire"/> needs of a piece's memory.</summary>
    public FiringRoom Room(PieceMemory memory) =>
        new(memory.Floats((long)(isStatic ? 1 : steps) * LaneLayout.VectorLanes), memory.Words(steps));

    /// <param name="currents">[position][lane]; readable up to a multiple of eight positions.</param>
    /// <param name="target">The channel's bits.</param>
    /// <param name="positions">Where they belong, from there.</param>
    /// <param name="room">Of <see cref="Room"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fire(float* currents, byte* target, TilePositions positions, FiringRoom room)
    {
        if (samples == LaneLayout.VectorLanes)
        {
            for (var i = 0; i < positions.Count; i++)
            {
                if (positions.Offsets[i] >= 0)
                {
                    FireVector(currents + i * positionFloats, stepFloats, (ushort*)(target + positions.Offsets[i]));
                }
            }
        }
        else if (isOctet)
        {
            switch (soft, leak)
            {
                case (true, _):
                    FireOctets<SoftReset>(currents, target, positions);
                    break;
                case (false, 1):
                    FireOctets<HardReset>(currents, target, positions);
                    break;
                default:
                    FireOctets<LeakyHardReset>(currents, target, positions);
                    break;
            }
        }
        else
        {
            var together = LaneLayout.VectorLanes / samples;
            for (var first = 0; first < positions.Count; first += together)
            {
                FireTogether(currents + first * positionFloats, target, positions.Offsets + first,
                    Math.Min(together, positions.Count - first), room);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FireVector(float* currents, int stride, ushort* target)
    {
        var v = Vector512.Create(threshold);
        var zero = Vector512<float>.Zero;
        if (soft || leak != 1)
        {
            FiringLoop.General(currents, stride, Vector512<float>.One, zero, v, leak, soft, null, target, steps, ushort.MaxValue);
        }
        else
        {
            FiringLoop.HardReset(currents, stride, Vector512<float>.One, zero, v, target, steps, ushort.MaxValue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireOctets<TRule>(float* currents, byte* target, TilePositions positions)
        where TRule : struct, IMembraneRule
    {
        var octet = new FiringOctet<TRule>(threshold, leak, steps);
        for (var first = 0; first < positions.Count; first += FiringOctet.Size)
        {
            var from = currents + first * positionFloats;
            positions.Put(isStatic ? octet.FireStatic(from) : octet.Fire(from), target, first);
        }
    }

    /// <summary>Few samples: the neurons of as many positions as fill a vector step together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireTogether(float* currents, byte* target, long* positions, int count, FiringRoom room)
    {
        var byStep = room.ByStep;
        var spikes = room.Spikes;
        var distinct = isStatic ? 1 : steps;
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < distinct; t++)
            {
                var from = currents + i * positionFloats + t * stepFloats;
                var to = byStep + t * LaneLayout.VectorLanes + i * samples;
                for (var sample = 0; sample < samples; sample++)
                {
                    to[sample] = from[sample];
                }
            }
        }

        FireVector(byStep, isStatic ? 0 : LaneLayout.VectorLanes, spikes);
        for (var i = 0; i < count; i++)
        {
            if (positions[i] >= 0)
            {
                PutSteps(spikes, i * samples, target + positions[i]);
            }
        }
    }

    /// <summary>Writes a position's bits, [step][sample] without gaps, from bit <paramref name="first"/> on of each step's spikes.</summary>
    private void PutSteps(ushort* spikes, int first, byte* position)
    {
        const int InWord = 32;
        var (word, filled) = (0ul, 0);
        for (var t = 0; t < steps; t++)
        {
            word |= (ulong)(((uint)spikes[t] >> first) & LaneBits.Lowest(samples)) << filled;
            filled += samples;
            if (filled >= InWord)
            {
                *(uint*)position = (uint)word;
                position += sizeof(uint);
                (word, filled) = (word >> InWord, filled - InWord);
            }
        }

        for (; filled > 0; filled -= LaneBits.InByte, word >>= LaneBits.InByte)
        {
            *position++ = (byte)word;
        }
    }
}
