using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>All timesteps of 16 neurons, forward (METHODS 1): a word of 16 spikes a step. Small enough to be inlined with everything in registers.</summary>
internal static unsafe class FiringLoop
{
    private const int Vector = LaneLayout.VectorLanes;

    /// <param name="rule">Of the neurons.</param>
    /// <param name="x">16 floats a step.</param>
    /// <param name="stride">Floats from one step to the next; 0 where all are the same.</param>
    /// <param name="factor">The current is factor·x + shift.</param>
    /// <param name="shift">See <paramref name="factor"/>.</param>
    /// <param name="v">v_th.</param>
    /// <param name="membranes">Receives u before the reset, 16 floats a step; null where it is not kept.</param>
    /// <param name="to">A word of spikes a step.</param>
    /// <param name="steps">T.</param>
    /// <param name="used">Which of the 16 may fire.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TRule>(
        TRule rule, float* x, int stride, Vector512<float> factor, Vector512<float> shift, Vector512<float> v, float* membranes, ushort* to,
        int steps, ulong used)
        where TRule : struct, INeuronRule
    {
        var u = Lanes512.Zero;
        for (var t = 0; t < steps; t++, x += stride)
        {
            u = NeuronEquation.Charge<TRule, Lanes512>(rule, u, Vector512.MultiplyAddEstimate(Vector512.Load(x), factor, shift));
            if (membranes is not null)
            {
                u.Store(membranes + t * Vector);
            }

            Vector512<float> fires = NeuronEquation.Fires<Lanes512>(u, v);
            u = rule.Reset<Lanes512>(u, fires, v);
            to[t] = (ushort)(fires.ExtractMostSignificantBits() & used);
        }
    }
}
