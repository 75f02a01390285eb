using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

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

    /// <param name="currents">[position][lane].</param>
    /// <param name="bias">Added to every current.</param>
    /// <param name="target">The channel's bits.</param>
    /// <param name="positions">Byte offset of each position from there; −1 for one that stands for nothing.</param>
    /// <param name="count">Positions.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fire(float* currents, float bias, byte* target, long* positions, int count)
    {
        if (samples == LaneLayout.VectorLanes)
        {
            for (var i = 0; i < count; i++)
            {
                if (positions[i] >= 0)
                {
                    FireVector(currents + i * positionFloats, stepFloats, bias, (ushort*)(target + positions[i]));
                }
            }

            return;
        }

        var pairs = count * samples; // (position, sample), 16 at a time
        for (var first = 0; first < pairs; first += LaneLayout.VectorLanes)
        {
            FirePairs(currents, bias, target, positions, first, Math.Min(LaneLayout.VectorLanes, pairs - first));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FireVector(float* currents, int stride, float bias, ushort* target)
    {
        var v = Vector512.Create(threshold);
        var constant = Vector512.Create(bias);
        if (soft || leak != 1)
        {
            FiringLoop.General(currents, stride, Vector512<float>.One, constant, v, leak, soft, null, target, steps, ushort.MaxValue);
        }
        else
        {
            FiringLoop.HardReset(currents, stride, Vector512<float>.One, constant, v, target, steps, ushort.MaxValue);
        }
    }

    /// <summary>Fewer samples: neurons of several positions step together, and their bits are put together afterwards.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FirePairs(float* currents, float bias, byte* target, long* positions, int first, int count)
    {
        var spikes = stackalloc ushort[(steps + 7) / 8 * 8];
        var distinct = isStatic ? 1 : steps;
        var byStepMemory = stackalloc float[distinct * LaneLayout.VectorLanes + Lanes.AlignmentFloats];
        var byStep = Lanes.Align(byStepMemory);
        if (samples == 1 && distinct == Transpose.Size && positionFloats == Transpose.Size && count == LaneLayout.VectorLanes && Transpose.IsFast)
        {
            Transpose.Floats(currents + first * positionFloats, byStep);
            Transpose.Floats(currents + (first + Transpose.Size) * positionFloats, byStep + Transpose.Size);
        }
        else
        {
            for (var i = 0; i < LaneLayout.VectorLanes; i++)
            {
                var pair = first + Math.Min(i, count - 1);
                var (position, sample) = samples == 1 ? (pair, 0) : Math.DivRem(pair, samples);
                var from = currents + position * positionFloats + sample;
                for (var t = 0; t < distinct; t++)
                {
                    byStep[t * LaneLayout.VectorLanes + i] = from[t * stepFloats];
                }
            }
        }

        FireVector(byStep, isStatic ? 0 : LaneLayout.VectorLanes, bias, spikes);
        if (samples == 1)
        {
            PutOneSample(spikes, target, positions + first, count);
            return;
        }

        for (var i = 0; i < count;)
        {
            var (position, sample) = Math.DivRem(first + i, samples);
            var end = Math.Min(count, i + samples - sample);
            if (positions[position] >= 0)
            {
                PutSamples(spikes, i, end - i, sample, target + positions[position]);
            }

            i = end;
        }
    }

    /// <summary>One sample: a position's bits are its steps, eight a byte.</summary>
    private void PutOneSample(ushort* spikes, byte* target, long* positions, int count)
    {
        for (var t = steps; t < (steps + 7) / 8 * 8; t++)
        {
            spikes[t] = 0;
        }

        for (var t = 0; t < steps; t += 8)
        for (var half = 0; half < count; half += 8)
        {
            var bytes = Transpose.Bits(spikes + t, half);
            if (steps <= 8 && half + 8 <= count && AreNeighbours(positions + half))
            {
                *(ulong*)(target + positions[half]) = bytes; // neighbouring columns
                continue;
            }

            for (var i = half; i < Math.Min(count, half + 8); i++, bytes >>= 8)
            {
                if (positions[i] >= 0)
                {
                    target[positions[i] + t / 8] = (byte)bytes;
                }
            }
        }
    }

    /// <summary>Whether eight positions lie side by side: a row may end among them, and the next one begin where they would.</summary>
    private static bool AreNeighbours(long* positions)
    {
        for (var i = 1; i < Transpose.Size; i++)
        {
            if (positions[i] != positions[0] + i)
            {
                return false;
            }
        }

        return positions[0] >= 0;
    }

    /// <summary>Writes the bits of samples <paramref name="sample"/> … of one position; those of others stay.</summary>
    private void PutSamples(ushort* spikes, int first, int count, int sample, byte* position)
    {
        var mask = (1u << count) - 1;
        for (var t = 0; t < steps; t++)
        {
            var (index, shift) = Math.DivRem(t * samples + sample, 8);
            var bits = (((uint)spikes[t] >> first) & mask) << shift;
            var cleared = ~(mask << shift);
            position[index] = (byte)((position[index] & cleared) | bits);
            if (shift + count > 8)
            {
                position[index + 1] = (byte)((position[index + 1] & (cleared >> 8)) | (bits >> 8));
            }
        }
    }
}
