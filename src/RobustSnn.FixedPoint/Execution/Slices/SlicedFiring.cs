using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>Neurons of one channel at 64 positions, eight timesteps, from sums that lie bit by bit.</summary>
internal static unsafe class SlicedFiring<TDynamics>
    where TDynamics : struct, IDynamics
{
    /// <summary>Those whose membranes stay within 16 bits.</summary>
    /// <param name="bytes">As <see cref="SlicedTurn.Bytes(Vector512{ulong}*, int, Vector512{byte}*)"/> leaves them.</param>
    /// <param name="constant">What is added to each sum.</param>
    /// <param name="membranes">A number a position: read unless the octet is the first, and left for the next.</param>
    /// <param name="spikes">Receives a byte a position.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Fire(Vector512<byte>* bytes, short constant, short* membranes, bool isFirst, short limit, int leakShift, byte* spikes)
    {
        Short512 more = Short512.Broadcast(constant), threshold = Short512.Broadcast(limit), below = Short512.Broadcast((short)(limit - 1));
        for (var half = 0; half < SlicedTurn.Halves; half++, membranes += Short512.Count)
        {
            var octet = SlicedTurn.Octet(bytes, bytes + 8, half);
            var u = isFirst ? Short512.Zero : Short512.Load(membranes);
            var fired = Short512.Zero;
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step0 + more, 1 << 0, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step1 + more, 1 << 1, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step2 + more, 1 << 2, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step3 + more, 1 << 3, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step4 + more, 1 << 4, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step5 + more, 1 << 5, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step6 + more, 1 << 6, threshold, below, leakShift);
            ShortFiring<Short512, TDynamics>.Step(ref u, ref fired, octet.Step7 + more, 1 << 7, threshold, below, leakShift);
            u.Store(membranes);
            Put(fired.ToBytes(), half, spikes);
        }
    }

    /// <summary>Those whose membranes or sums need more.</summary>
    /// <param name="places">Of the sums: 16 or 24.</param>
    /// <param name="wide">Room for eight steps of half a word's positions.</param>
    /// <inheritdoc cref="Fire(Vector512{byte}*, short, short*, bool, short, int, byte*)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Fire(Vector512<byte>* bytes, int places, int constant, IntNeurons neurons, int steps, int* membranes, bool isFirst, int* wide, byte* spikes)
    {
        var fired = stackalloc short[Short512.Count];
        for (var half = 0; half < SlicedTurn.Halves; half++, membranes += Short512.Count)
        {
            if (places == SlicedRows.FewPlaces)
            {
                Store(SlicedTurn.Octet(bytes, bytes + 8, half), (short)constant, wide);
            }
            else
            {
                // A number of 24 bits is its upper 16 times 256 and its lowest byte; the vectors of zeros are behind the others.
                Store(SlicedTurn.Octet(bytes + 8, bytes + 16, half), 0, wide);
                Join(SlicedTurn.Octet(bytes, bytes + 24, half), constant, wide);
            }

            IntFiring<TDynamics>.Fire(wide, Short512.Count, Short512.Count, steps, neurons, membranes, isFirst, fired);
            Put(Short512.Load(fired).ToBytes(), half, spikes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Store(in Octet<Short512> octet, short constant, int* wide)
    {
        var more = Short512.Broadcast(constant);
        (octet.Step0 + more).StoreTo(wide);
        (octet.Step1 + more).StoreTo(wide + Short512.Count);
        (octet.Step2 + more).StoreTo(wide + 2 * Short512.Count);
        (octet.Step3 + more).StoreTo(wide + 3 * Short512.Count);
        (octet.Step4 + more).StoreTo(wide + 4 * Short512.Count);
        (octet.Step5 + more).StoreTo(wide + 5 * Short512.Count);
        (octet.Step6 + more).StoreTo(wide + 6 * Short512.Count);
        (octet.Step7 + more).StoreTo(wide + 7 * Short512.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Join(in Octet<Short512> lowest, int constant, int* wide)
    {
        Join(lowest.Step0, constant, wide);
        Join(lowest.Step1, constant, wide + Short512.Count);
        Join(lowest.Step2, constant, wide + 2 * Short512.Count);
        Join(lowest.Step3, constant, wide + 3 * Short512.Count);
        Join(lowest.Step4, constant, wide + 4 * Short512.Count);
        Join(lowest.Step5, constant, wide + 5 * Short512.Count);
        Join(lowest.Step6, constant, wide + 6 * Short512.Count);
        Join(lowest.Step7, constant, wide + 7 * Short512.Count);
    }

    /// <summary>upper · 256 + lowest + constant, modulo 2²⁴ and with its sign.</summary>
    private static void Join(Short512 lowest, int constant, int* upper)
    {
        var numbers = stackalloc int[Short512.Count];
        lowest.StoreTo(numbers);
        for (var i = 0; i < Short512.Count; i += Vector512<int>.Count)
        {
            var sum = Vector512.ShiftLeft(Vector512.Load(upper + i), 8) + Vector512.Load(numbers + i) + Vector512.Create(constant);
            Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(sum, 8), 8).Store(upper + i);
        }
    }

    /// <summary>Eight positions of each of the word's four parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector256<ulong> fired, int half, byte* spikes)
    {
        var to = (ulong*)spikes + half;
        to[0] = fired.GetElement(0);
        to[2] = fired.GetElement(1);
        to[4] = fired.GetElement(2);
        to[6] = fired.GetElement(3);
    }
}
