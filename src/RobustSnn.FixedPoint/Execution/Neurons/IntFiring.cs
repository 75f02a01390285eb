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

    /// <summary>A number of timesteps.</summary>
    /// <param name="currents">Of the first step.</param>
    /// <param name="stride">Numbers from a step's to the next's; 0 where they are the same.</param>
    /// <param name="steps">1 to 8.</param>
    /// <param name="membranes">Before the first step and, on return, after the last.</param>
    /// <returns>A bit a step.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Fire(int* currents, nint stride, int steps, IntNeurons neurons, ref Vector256<int> membranes)
    {
        var threshold = Vector256.Create(neurons.Threshold);
        var sign = Vector256.Create(neurons.Sign);
        var bias = Vector256.Create(neurons.Bias);
        var u = membranes;
        var fired = Vector256<int>.Zero;
        for (var step = 0; step < steps; step++, currents += stride)
        {
            if (TDynamics.Leaks)
            {
                u -= Vector256.ShiftRightArithmetic(u, neurons.LeakShift);
            }

            u += Vector256.Load(currents) * sign + bias;
            var fires = Vector256.GreaterThanOrEqual(u, threshold);
            fired |= fires & Vector256.Create(1 << step);
            u = TDynamics.IsHard ? Vector256.AndNot(u, fires) : u - (fires & threshold);
        }

        membranes = u;
        return fired;
    }

    /// <summary>A byte of each of eight numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bytes(Vector256<int> fired)
    {
        var shorts = Vector128.Narrow(fired.GetLower().AsUInt32(), fired.GetUpper().AsUInt32());
        return Vector128.Narrow(shorts, shorts).AsUInt64().ToScalar();
    }
}
