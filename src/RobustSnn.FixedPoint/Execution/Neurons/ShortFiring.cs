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
        TLanes threshold = TLanes.Broadcast(limit), below = TLanes.Broadcast((short)(limit - 1));
        for (var firing = 0; firing < firings; firing++)
        {
            var octet = TLanes.Turn(currents);
            var u = isFirst ? TLanes.Zero : TLanes.Load(membranes);
            var fired = TLanes.Zero;
            Step(ref u, ref fired, octet.Step0, 1 << 0, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step1, 1 << 1, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step2, 1 << 2, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step3, 1 << 3, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step4, 1 << 4, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step5, 1 << 5, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step6, 1 << 6, threshold, below, leakShift);
            Step(ref u, ref fired, octet.Step7, 1 << 7, threshold, below, leakShift);
            u.Store(membranes);
            fired.StorePositions(spikes);
            currents += 8 * TLanes.Count;
            membranes += TLanes.Count;
            spikes += TLanes.Count;
        }
    }

    /// <summary>One timestep.</summary>
    /// <param name="bit">What is set in the lanes that fire.</param>
    /// <param name="below">The threshold less 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step(ref TLanes u, ref TLanes fired, TLanes current, short bit, TLanes threshold, TLanes below, int leakShift)
    {
        if (TDynamics.Leaks)
        {
            u -= u >> leakShift;
        }

        u += current;
        var fires = TLanes.IsAbove(u, below);
        fired = TLanes.Select(fires, fired | TLanes.Broadcast(bit), fired);
        u = TLanes.Select(fires, TDynamics.IsHard ? TLanes.Zero : u - threshold, u);
    }
}
