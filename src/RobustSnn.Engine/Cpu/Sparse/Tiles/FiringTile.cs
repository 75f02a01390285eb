using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Layout;

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
/// <param name="rule">Leak and reset.</param>
/// <param name="threshold">v_th.</param>
/// <param name="lanes">Of the spikes.</param>
/// <param name="positionFloats">Floats from one position's currents to the next's.</param>
/// <param name="isStatic">Whether the current is the same at every timestep.</param>
internal readonly unsafe struct FiringTile<TRule>(TRule rule, float threshold, LaneLayout lanes, int positionFloats, bool isStatic)
    where TRule : struct, INeuronRule
{
    private readonly TRule rule = rule;
    private readonly int steps = lanes.Steps;
    private readonly int samples = lanes.BlockSamples;
    private readonly bool isStatic = isStatic;
    private readonly int stepFloats = isStatic ? 0 : lanes.BlockSamples;

    private readonly int positionBytes = BytesOf(lanes);

    private readonly bool isByOctets = FiringOctet.IsSupported && lanes.BlockSamples == 1
        && positionFloats == (isStatic ? 1 : FiringOctet.Steps * BytesOf(lanes));

    private int Octets => (steps + FiringOctet.Steps - 1) / FiringOctet.Steps;

    /// <summary>What <see cref="Fire"/> needs of a piece's memory.</summary>
    public FiringRoom Room(PieceMemory memory) =>
        new(memory.Floats((long)(isStatic ? 1 : steps) * LaneLayout.VectorLanes), memory.Words(steps));

    /// <summary>All timesteps.</summary>
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
        else if (isByOctets && isStatic)
        {
            FireStaticOctets(currents, target, positions);
        }
        else if (isByOctets && positionBytes == 1)
        {
            FireOctet(currents, target, positions);
        }
        else if (isByOctets)
        {
            FireOctets(currents, target, positions);
        }
        else
        {
            var together = LaneLayout.VectorLanes / samples;
            for (var first = 0; first < positions.Count; first += together)
            {
                FireTogether(currents + first * positionFloats, target, positions.Offsets + first, Math.Min(together, positions.Count - first), room);
            }
        }
    }

    /// <summary>Eight timesteps of one image, where <see cref="FiringOctet.IsSupported"/>.</summary>
    /// <param name="octet">Which eight; they come in their order.</param>
    /// <param name="currents">[position][8 timesteps]; readable up to a multiple of eight positions.</param>
    /// <param name="target">See <see cref="Fire"/>.</param>
    /// <param name="positions">See <see cref="Fire"/>.</param>
    /// <param name="membranes">A float for each position up to a multiple of eight, kept from one octet to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FireOctet(int octet, float* currents, byte* target, TilePositions positions, float* membranes)
    {
        var firing = new FiringOctet<TRule>(rule, threshold);
        var used = FiringOctet.Used(steps - octet * FiringOctet.Steps);
        for (var first = 0; first < positions.Count; first += FiringOctet.Size)
        {
            var u = octet == 0 ? Vector256<float>.Zero : Vector256.Load(membranes + first);
            positions.Put(firing.Fire(currents + first * FiringOctet.Steps, FiringOctet.Steps, ref u) & used, target + octet, first);
            u.Store(membranes + first);
            if (octet == Octets - 1)
            {
                ClearSpare(target, positions, first);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FireVector(float* currents, int stride, ushort* target) =>
        FiringLoop.Run(rule, currents, stride, Vector512<float>.One, Vector512<float>.Zero, Vector512.Create(threshold), null, target, steps,
            ushort.MaxValue);

    /// <summary>Timesteps that are one octet. A method of its own, as the next two: the compiler inlines only so much into one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireOctet(float* currents, byte* target, TilePositions positions)
    {
        var firing = new FiringOctet<TRule>(rule, threshold);
        var used = FiringOctet.Used(steps);
        for (var first = 0; first < positions.Count; first += FiringOctet.Size)
        {
            var membranes = Vector256<float>.Zero;
            positions.Put(firing.Fire(currents + first * FiringOctet.Steps, FiringOctet.Steps, ref membranes) & used, target, first);
        }
    }

    /// <summary>Timesteps that are several octets; behind the last, nothing fires.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireOctets(float* currents, byte* target, TilePositions positions)
    {
        var firing = new FiringOctet<TRule>(rule, threshold);
        for (var first = 0; first < positions.Count; first += FiringOctet.Size)
        {
            var from = currents + first * positionFloats;
            var membranes = Vector256<float>.Zero;
            var lower = 0ul;
            for (var octet = 0; octet < positionBytes; octet++)
            {
                var left = steps - octet * FiringOctet.Steps;
                var spikes = left <= 0 ? 0
                    : firing.Fire(from + octet * FiringOctet.Steps, positionFloats, ref membranes) & FiringOctet.Used(left);
                if ((octet & 1) == 0)
                {
                    lower = spikes;
                }
                else
                {
                    positions.PutPairs(lower, spikes, target + octet - 1, first);
                }
            }
        }
    }

    /// <summary>The same of currents that are the same at every timestep, one octet or several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FireStaticOctets(float* currents, byte* target, TilePositions positions)
    {
        var firing = new FiringOctet<TRule>(rule, threshold);
        for (var first = 0; first < positions.Count; first += FiringOctet.Size)
        {
            var membranes = Vector256<float>.Zero;
            for (var octet = 0; octet < positionBytes; octet++)
            {
                positions.Put(firing.FireStatic(currents + first, ref membranes) & FiringOctet.Used(steps - octet * FiringOctet.Steps),
                    target + octet, first);
            }
        }
    }

    /// <summary>Bytes of eight positions behind their last octet: a position may be a word of which the timesteps fill a part.</summary>
    private void ClearSpare(byte* target, TilePositions positions, int first)
    {
        for (var spare = Octets; spare < positionBytes; spare++)
        {
            positions.Put(0, target + spare, first);
        }
    }

    private static int BytesOf(LaneLayout lanes) => new BitLayout(1, 1, 1, 0, lanes).PositionBytes;

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
