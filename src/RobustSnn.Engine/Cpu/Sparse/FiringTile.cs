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
    private readonly int stepFloats = isStatic ? 0 : lanes.BlockSamples;

    /// <param name="currents">[position][lane].</param>
    /// <param name="bias">Added to every current.</param>
    /// <param name="target">The channel's bits.</param>
    /// <param name="positions">Byte offset of each position from there; −1 for one that stands for nothing.</param>
    /// <param name="count">Positions.</param>
    public void Fire(float* currents, float bias, byte* target, long* positions, int count)
    {
        if (samples == LaneLayout.VectorLanes)
        {
            for (var i = 0; i < count; i++)
            {
                if (positions[i] >= 0)
                {
                    FireSamples(currents + i * positionFloats, bias, (ushort*)(target + positions[i]));
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

    /// <summary>One step of 16 neurons: which fire, and what the membrane is after the reset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Step(ref Vector512<float> u, Vector512<float> current)
    {
        var v = Vector512.Create(threshold);
        u = u * leak + current;
        var fires = Vector512.GreaterThanOrEqual(u, v);
        u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        return (uint)fires.ExtractMostSignificantBits();
    }

    /// <summary>16 samples at one position: each step's bits are two bytes.</summary>
    private void FireSamples(float* currents, float bias, ushort* target)
    {
        var u = Vector512<float>.Zero;
        var constant = Vector512.Create(bias);
        for (var t = 0; t < steps; t++)
        {
            target[t] = (ushort)Step(ref u, Vector512.Load(currents + t * stepFloats) + constant);
        }
    }

    /// <summary>Fewer samples: neurons of several positions step together, and their bits are put together afterwards.</summary>
    [SkipLocalsInit]
    private void FirePairs(float* currents, float bias, byte* target, long* positions, int first, int count)
    {
        var spikes = stackalloc uint[(steps + 7) / 8 * 8];
        var u = Vector512<float>.Zero;
        var constant = Vector512.Create(bias);
        if (samples == 1 && steps == Transpose.Size && positionFloats == Transpose.Size && count == LaneLayout.VectorLanes && Transpose.IsFast)
        {
            var current = stackalloc float[Transpose.Size * LaneLayout.VectorLanes];
            Transpose.Floats(currents + first * positionFloats, current);
            Transpose.Floats(currents + (first + Transpose.Size) * positionFloats, current + Transpose.Size);
            for (var t = 0; t < Transpose.Size; t++)
            {
                spikes[t] = Step(ref u, Vector512.Load(current + t * LaneLayout.VectorLanes) + constant);
            }
        }
        else
        {
            var current = stackalloc float[LaneLayout.VectorLanes];
            var places = stackalloc int[LaneLayout.VectorLanes];
            for (var i = 0; i < LaneLayout.VectorLanes; i++)
            {
                var (position, sample) = Math.DivRem(first + Math.Min(i, count - 1), samples);
                places[i] = position * positionFloats + sample;
            }

            for (var t = 0; t < steps; t++)
            {
                for (var i = 0; i < LaneLayout.VectorLanes; i++)
                {
                    current[i] = currents[places[i] + t * stepFloats];
                }

                spikes[t] = Step(ref u, Vector512.Load(current) + constant);
            }
        }

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
    private void PutOneSample(uint* spikes, byte* target, long* positions, int count)
    {
        for (var t = steps; t < (steps + 7) / 8 * 8; t++)
        {
            spikes[t] = 0;
        }

        for (var t = 0; t < steps; t += 8)
        for (var half = 0; half < count; half += 8)
        {
            var bytes = Transpose.Bits(spikes + t, half);
            for (var i = half; i < Math.Min(count, half + 8); i++, bytes >>= 8)
            {
                if (positions[i] >= 0)
                {
                    target[positions[i] + t / 8] = (byte)bytes;
                }
            }
        }
    }

    /// <summary>Writes the bits of samples <paramref name="sample"/> … of one position; those of others stay.</summary>
    private void PutSamples(uint* spikes, int first, int count, int sample, byte* position)
    {
        var mask = (1u << count) - 1;
        for (var t = 0; t < steps; t++)
        {
            var (index, shift) = Math.DivRem(t * samples + sample, 8);
            var bits = ((spikes[t] >> first) & mask) << shift;
            var cleared = ~(mask << shift);
            position[index] = (byte)((position[index] & cleared) | bits);
            if (shift + count > 8)
            {
                position[index + 1] = (byte)((position[index + 1] & (cleared >> 8)) | (bits >> 8));
            }
        }
    }
}
