using System.Runtime.CompilerServices;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>Neurons whose membranes are proved to stay within 16 bits, eight timesteps of as many positions as a vector has lanes.</summary>
internal static unsafe class ShortFiring<TLanes, TDynamics>
    where TLanes : struct, IShortLanes<TLanes>
    where TDynamics : struct, IDynamics
{
    /// <summary>A row of a tile. A method of its own: the compiler inlines only so much into one.</summary>
    /// <param name="currents">Eight vectors a firing, as sums leave them.</param>
    /// <param name="membranes">Count numbers a firing: read unless the octet is the first, and left for the next.</param>
    /// <param name="firings">How often eight vectors fire.</param>
    /// <param name="spikes">Receives Count bytes a firing, one a position.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Fire(short* currents, short* membranes, int firings, bool isFirst, short limit, int leakShift, byte* spikes)
    {
        var threshold = TLanes.Broadcast(limit);
        for (var firing = 0; firing < firings; firing++)
        {
            var octet = TLanes.Turn(currents);
            var u = isFirst ? TLanes.Zero : TLanes.Load(membranes);
            var fired = TLanes.Zero;
            Step(ref u, ref fired, octet.Step0, 1 << 0, threshold, leakShift);
            Step(ref u, ref fired, octet.Step1, 1 << 1, threshold, leakShift);
            Step(ref u, ref fired, octet.Step2, 1 << 2, threshold, leakShift);
            Step(ref u, ref fired, octet.Step3, 1 << 3, threshold, leakShift);
            Step(ref u, ref fired, octet.Step4, 1 << 4, threshold, leakShift);
            Step(ref u, ref fired, octet.Step5, 1 << 5, threshold, leakShift);
            Step(ref u, ref fired, octet.Step6, 1 << 6, threshold, leakShift);
            Step(ref u, ref fired, octet.Step7, 1 << 7, threshold, leakShift);
            u.Store(membranes);
            fired.StorePositions(spikes);
            currents += 8 * TLanes.Count;
            membranes += TLanes.Count;
            spikes += TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref TLanes u, ref TLanes fired, TLanes current, short bit, TLanes threshold, int leakShift)
    {
        if (TDynamics.Leaks)
        {
            u -= u >> leakShift;
        }

        u += current;
        var fires = TLanes.AtLeast(u, threshold);
        fired |= fires & TLanes.Broadcast(bit);
        u = TDynamics.IsHard ? TLanes.ClearWhere(fires, u) : u - (fires & threshold);
    }
}
