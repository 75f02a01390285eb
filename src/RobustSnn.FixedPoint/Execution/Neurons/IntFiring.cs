using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>What neurons of one channel do in 32 bits.</summary>
/// <param name="Threshold">At least 1.</param>
/// <param name="Sign">Of the currents: 1, 0 or −1.</param>
/// <param name="Bias">Added at each timestep.</param>
/// <param name="LeakShift">Of dynamics that leak.</param>
internal readonly record struct IntNeurons(int Threshold, int Sign, int Bias, int LeakShift);

/// <summary>Neurons in 32 bits, eight positions at a time.</summary>
internal static unsafe class IntFiring<TDynamics>
    where TDynamics : struct, IDynamics
{
    /// <summary>Positions.</summary>
    public const int Positions = 8;

    /// <summary>Up to eight timesteps.</summary>
    /// <param name="currents">[step][position].</param>
    /// <param name="stride">Numbers from a step to the next; 0 where they are the same.</param>
    /// <param name="positions">A multiple of eight.</param>
    /// <param name="membranes">One a position: read unless the octet is the first, and left for the next.</param>
    /// <param name="fired">Receives a number a position: a bit a step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fire(int* currents, int stride, int positions, int steps, IntNeurons neurons, int* membranes, bool isFirst, short* fired)
    {
        for (var first = 0; first < positions; first += Positions)
        {
            var u = isFirst ? Vector256<int>.Zero : Vector256.Load(membranes + first);
            var spikes = stride == 0 ? Static(Vector256.Load(currents + first), steps, neurons, ref u)
                : Changing(currents + first, stride, steps, neurons, ref u);
            u.Store(membranes + first);
            Vector128.Narrow(spikes.GetLower(), spikes.GetUpper()).Store(fired + first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Static(Vector256<int> current, int steps, IntNeurons neurons, ref Vector256<int> membranes)
    {
        var threshold = Vector256.Create(neurons.Threshold);
        var (u, bit, fired) = (membranes, Vector256<int>.One, Vector256<int>.Zero);
        var charge = current * neurons.Sign + Vector256.Create(neurons.Bias);
        for (var step = 0; step < steps; step++, bit += bit)
        {
            Step(ref u, ref fired, charge, bit, threshold, threshold - Vector256<int>.One, neurons.LeakShift);
        }

        membranes = u;
        return fired;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Changing(int* currents, nint stride, int steps, IntNeurons neurons, ref Vector256<int> membranes)
    {
        // x · sign is (x xor m) − m with m = −1 of a negative sign and 0 of a positive one; a sign of 0 keeps nothing.
        var kept = Vector256.Create(neurons.Sign == 0 ? 0 : -1);
        var flip = Vector256.Create(neurons.Sign < 0 ? -1 : 0);
        var bias = Vector256.Create(neurons.Bias) - flip;
        var threshold = Vector256.Create(neurons.Threshold);
        var (u, bit, fired) = (membranes, Vector256<int>.One, Vector256<int>.Zero);
        for (var step = 0; step < steps; step++, bit += bit, currents += stride)
        {
            var charge = ((Vector256.Load(currents) & kept) ^ flip) + bias;
            Step(ref u, ref fired, charge, bit, threshold, threshold - Vector256<int>.One, neurons.LeakShift);
        }

        membranes = u;
        return fired;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Vector256<int> u, ref Vector256<int> fired, Vector256<int> charge, Vector256<int> bit, Vector256<int> threshold, Vector256<int> below, int leakShift)
    {
        if (TDynamics.Leaks)
        {
            u -= Vector256.ShiftRightArithmetic(u, leakShift);
        }

        u += charge;
        var fires = Vector256.ShiftRightArithmetic(below - u, 31); // neither is beyond 2³⁰
        fired = Vector256.ConditionalSelect(fires, fired | bit, fired);
        u = Vector256.ConditionalSelect(fires, TDynamics.IsHard ? Vector256<int>.Zero : u - threshold, u);
    }
}
