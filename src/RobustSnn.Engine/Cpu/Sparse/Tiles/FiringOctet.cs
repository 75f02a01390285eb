using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>
/// One image's neurons of one channel at eight positions, eight timesteps of them. The currents lie by position; turned round in registers they
/// lie by timestep, and what fires gathers as one byte a position.
/// </summary>
/// <typeparam name="TRule">What a neuron does with its membrane.</typeparam>
internal readonly unsafe struct FiringOctet<TRule>(TRule rule, float threshold)
    where TRule : struct, INeuronRule
{
    private readonly TRule rule = rule;
    private readonly Vector256<float> threshold = Vector256.Create(threshold);

    /// <summary>Bit t of byte i: whether neuron i fires at step t.</summary>
    /// <param name="currents">[position][8 timesteps].</param>
    /// <param name="stride">Floats from a position to the next.</param>
    /// <param name="membranes">Before the first step and, on return, after the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Fire(float* currents, nint stride, ref Vector256<float> membranes)
    {
        var r0 = Vector256.Load(currents);
        var r1 = Vector256.Load(currents + stride);
        var r2 = Vector256.Load(currents + 2 * stride);
        var r3 = Vector256.Load(currents + 3 * stride);
        var r4 = Vector256.Load(currents + 4 * stride);
        var r5 = Vector256.Load(currents + 5 * stride);
        var r6 = Vector256.Load(currents + 6 * stride);
        var r7 = Vector256.Load(currents + 7 * stride);

        // pairs of rows, then quadruples of columns, then the halves change places
        var a0 = Avx.UnpackLow(r0, r1);
        var a1 = Avx.UnpackHigh(r0, r1);
        var a2 = Avx.UnpackLow(r2, r3);
        var a3 = Avx.UnpackHigh(r2, r3);
        var a4 = Avx.UnpackLow(r4, r5);
        var a5 = Avx.UnpackHigh(r4, r5);
        var a6 = Avx.UnpackLow(r6, r7);
        var a7 = Avx.UnpackHigh(r6, r7);
        var b0 = Avx.Shuffle(a0, a2, 0x44);
        var b1 = Avx.Shuffle(a0, a2, 0xee);
        var b2 = Avx.Shuffle(a1, a3, 0x44);
        var b3 = Avx.Shuffle(a1, a3, 0xee);
        var b4 = Avx.Shuffle(a4, a6, 0x44);
        var b5 = Avx.Shuffle(a4, a6, 0xee);
        var b6 = Avx.Shuffle(a5, a7, 0x44);
        var b7 = Avx.Shuffle(a5, a7, 0xee);

        var state = new Neurons(membranes, Vector256<int>.Zero);
        state = Step(state, Avx.Permute2x128(b0, b4, 0x20), 1 << 0);
        state = Step(state, Avx.Permute2x128(b1, b5, 0x20), 1 << 1);
        state = Step(state, Avx.Permute2x128(b2, b6, 0x20), 1 << 2);
        state = Step(state, Avx.Permute2x128(b3, b7, 0x20), 1 << 3);
        state = Step(state, Avx.Permute2x128(b0, b4, 0x31), 1 << 4);
        state = Step(state, Avx.Permute2x128(b1, b5, 0x31), 1 << 5);
        state = Step(state, Avx.Permute2x128(b2, b6, 0x31), 1 << 6);
        state = Step(state, Avx.Permute2x128(b3, b7, 0x31), 1 << 7);
        membranes = state.Membranes;
        return Bytes(state.Spikes);
    }

    /// <summary>The same of currents that are the same at every timestep.</summary>
    /// <param name="currents">[position].</param>
    /// <param name="membranes">See <see cref="Fire"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong FireStatic(float* currents, ref Vector256<float> membranes)
    {
        var x = Vector256.Load(currents);
        var state = new Neurons(membranes, Vector256<int>.Zero);
        state = Step(state, x, 1 << 0);
        state = Step(state, x, 1 << 1);
        state = Step(state, x, 1 << 2);
        state = Step(state, x, 1 << 3);
        state = Step(state, x, 1 << 4);
        state = Step(state, x, 1 << 5);
        state = Step(state, x, 1 << 6);
        state = Step(state, x, 1 << 7);
        membranes = state.Membranes;
        return Bytes(state.Spikes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Neurons Step(Neurons before, Vector256<float> current, int bit)
    {
        var u = NeuronEquation.Charge<TRule, Lanes256>(rule, before.Membranes, current);
        Vector256<float> fires = NeuronEquation.Fires<Lanes256>(u, threshold);
        return new Neurons(rule.Reset<Lanes256>(u, fires, threshold), before.Spikes | (fires.AsInt32() & Vector256.Create(bit)));
    }

    /// <summary>A lane's lowest byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bytes(Vector256<int> spikes)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Avx512F.VL.ConvertToVector128Byte(spikes).AsUInt64().ToScalar();
        }

        var words = Vector128.Narrow(spikes.GetLower(), spikes.GetUpper());
        return Vector128.Narrow(words, words).AsUInt64().ToScalar();
    }

    private readonly struct Neurons(Vector256<float> membranes, Vector256<int> spikes)
    {
        public readonly Vector256<float> Membranes = membranes;
        public readonly Vector256<int> Spikes = spikes;
    }
}

/// <summary>What does not depend on the rule.</summary>
internal static class FiringOctet
{
    /// <summary>Positions.</summary>
    public const int Size = 8;

    /// <summary>Timesteps: a bit each of a position's byte.</summary>
    public const int Steps = LaneLayout.FewLanes;

    /// <summary>Whether this machine has the shuffles.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Of every byte, the bits of the timesteps that there are.</summary>
    /// <param name="steps">Timesteps of the octet and of those behind it; none below 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Used(int steps) => ulong.MaxValue / byte.MaxValue * ((1ul << Math.Clamp(steps, 0, Steps)) - 1);
}
