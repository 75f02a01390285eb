using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>All timesteps of 16 neurons, forward (METHODS 1): a word of 16 spikes a step. Small enough to be inlined with everything in registers.</summary>
internal static unsafe class FiringLoop
{
    private const int Vector = LaneLayout.VectorLanes;

    /// <summary>Integrate and fire with a hard reset and no leak, the default.</summary>
    /// <param name="x">16 floats a step.</param>
    /// <param name="stride">Floats from one step to the next; 0 where all are the same.</param>
    /// <param name="factor">The current is factor·x + shift.</param>
    /// <param name="shift">See <paramref name="factor"/>.</param>
    /// <param name="v">v_th.</param>
    /// <param name="to">A word of spikes a step.</param>
    /// <param name="steps">T.</param>
    /// <param name="used">Which of the 16 may fire.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void HardReset(
        float* x, int stride, Vector512<float> factor, Vector512<float> shift, Vector512<float> v, ushort* to, int steps, ulong used)
    {
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++, x += stride)
        {
            u += Vector512.MultiplyAddEstimate(Vector512.Load(x), factor, shift);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            to[t] = (ushort)(fires.ExtractMostSignificantBits() & used);
            u = Vector512.ConditionalSelect(fires, Vector512<float>.Zero, u);
        }
    }

    /// <summary>Any leak and reset.</summary>
    /// <param name="x">See <see cref="HardReset"/>.</param>
    /// <param name="stride">See <see cref="HardReset"/>.</param>
    /// <param name="factor">See <see cref="HardReset"/>.</param>
    /// <param name="shift">See <see cref="HardReset"/>.</param>
    /// <param name="v">See <see cref="HardReset"/>.</param>
    /// <param name="leak">What is left of the membrane after a step.</param>
    /// <param name="soft">Whether v_th is subtracted, rather than the membrane set to 0.</param>
    /// <param name="membranes">Receives u before the reset, 16 floats a step; null where it is not kept.</param>
    /// <param name="to">See <see cref="HardReset"/>.</param>
    /// <param name="steps">See <see cref="HardReset"/>.</param>
    /// <param name="used">See <see cref="HardReset"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void General(float* x, int stride, Vector512<float> factor, Vector512<float> shift, Vector512<float> v, float leak, bool soft,
        float* membranes, ushort* to, int steps, ulong used)
    {
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++, x += stride)
        {
            u = u * leak + Vector512.MultiplyAddEstimate(Vector512.Load(x), factor, shift);
            if (membranes is not null)
            {
                u.Store(membranes + t * Vector);
            }

            var fires = Vector512.GreaterThanOrEqual(u, v);
            to[t] = (ushort)(fires.ExtractMostSignificantBits() & used);
            u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        }
    }
}
