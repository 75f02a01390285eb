using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// The neuron backward through time. Writing u' for the membrane after the reset and h for the surrogate's ds/dz:
/// hard reset u' = (1 − s)·u: du'/du = (1 − s) − u·h, du'/dv = u·h; soft u' = u − s·v: du'/du = 1 − v·h, du'/dv = v·h − s;
/// ds/du = h, ds/dv = −h; and u'[t] enters u[t + 1] times leak. Adds up dL/dv.
/// </summary>
internal readonly struct NeuronBackward<TSurrogate>(NeuronModel neuron, TSurrogate surrogate, float threshold, bool accumulate) : IStepOperator
    where TSurrogate : struct, ISurrogate
{
    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke<TMembrane, TGradient>(TMembrane membrane, TGradient spikeGradient, StepLanes currentGradient, int steps, ref double sum)
        where TMembrane : struct, ILanes<TMembrane>
        where TGradient : struct, ILanes<TGradient>
    {
        var v = Vector512.Create(threshold);
        var one = Vector512<float>.One;
        var after = Vector512<float>.Zero; // dL/du'[t]
        var thresholdSum = Vector512<float>.Zero;
        var staticSum = Vector512<float>.Zero;
        for (var t = steps - 1; t >= 0; t--)
        {
            var u = membrane.Load(t);
            var h = surrogate.Derivative(u - v, t);
            var ds = spikeGradient.Load(t);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            Vector512<float> stay, byThreshold;
            if (soft)
            {
                stay = one - v * h;
                byThreshold = v * h - Vector512.ConditionalSelect(fires, one, Vector512<float>.Zero);
            }
            else
            {
                byThreshold = u * h;
                stay = Vector512.ConditionalSelect(fires, Vector512<float>.Zero, one) - byThreshold;
            }

            var du = h * ds + after * stay;
            thresholdSum += after * byThreshold - h * ds;
            after = du * leak;
            if (currentGradient.IsStatic)
            {
                staticSum += du;
            }
            else
            {
                currentGradient.Store(t, du, accumulate);
            }
        }

        if (currentGradient.IsStatic)
        {
            currentGradient.Store(0, staticSum, accumulate);
        }

        sum += Vector512.Sum(thresholdSum);
    }
}

/// <summary>BPTR: the spike's gradient goes on to the current of neurons that fired in any step.</summary>
internal readonly struct NeuronRateBackward(float threshold, bool accumulate) : IStepOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke<TMembrane, TGradient>(TMembrane membrane, TGradient spikeGradient, StepLanes currentGradient, int steps, ref double sum)
        where TMembrane : struct, ILanes<TMembrane>
        where TGradient : struct, ILanes<TGradient>
    {
        var v = Vector512.Create(threshold);
        var fired = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            fired |= Vector512.GreaterThanOrEqual(membrane.Load(t), v);
        }

        var staticSum = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            var passed = spikeGradient.Load(t) & fired;
            if (currentGradient.IsStatic)
            {
                staticSum += passed;
            }
            else
            {
                currentGradient.Store(t, passed, accumulate);
            }
        }

        if (currentGradient.IsStatic)
        {
            currentGradient.Store(0, staticSum, accumulate);
        }
    }
}
