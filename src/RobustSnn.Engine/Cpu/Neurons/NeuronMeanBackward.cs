using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>RGA: the spike's gradient goes on to the current, times a slope of the mean current, which the membranes tell.</summary>
internal readonly struct NeuronMeanCurrentBackward<TRule>(TRule rule, float leak, float threshold, bool accumulate) : IStepOperator
    where TRule : struct, INeuronRule
{
    private readonly TRule rule = rule;
    private readonly float firing = (float)(RateSlope.Firing(leak) / threshold);
    private readonly float damped = (float)(RateSlope.Damping / threshold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke<TMembrane, TGradient>(TMembrane membrane, TGradient spikeGradient, StepLanes currentGradient, int steps, ref double sum)
        where TMembrane : struct, ILanes<TMembrane>
        where TGradient : struct, ILanes<TGradient>
    {
        var slope = Slope(membrane, steps);
        var staticSum = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            var passed = spikeGradient.Load(t) * slope;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Slope<TMembrane>(TMembrane membrane, int steps)
        where TMembrane : struct, ILanes<TMembrane>
    {
        Lanes512 v = Vector512.Create(threshold);
        var after = Lanes512.Zero; // u' of the step before
        var currents = Lanes512.Zero;
        for (var t = 0; t < steps; t++)
        {
            Lanes512 u = membrane.Load(t);
            currents += u - rule.Decay(after);
            after = rule.Reset(u, NeuronEquation.Fires(u, v), v);
        }

        Vector512<float> mean = currents;
        mean /= Vector512.Create(steps * threshold);
        var rises = Vector512.GreaterThanOrEqual(mean, Vector512<float>.Zero)
            & Vector512.LessThanOrEqual(mean, Vector512.Create((float)RateSlope.Saturation));
        return rises & Vector512.ConditionalSelect(
            Vector512.LessThan(mean, Vector512.Create(1 - leak)), Vector512.Create(damped), Vector512.Create(firing));
    }
}

/// <summary>HART: each step by itself, through a triangle as wide as v_th on both sides, then every step gets the mean.</summary>
internal readonly struct NeuronMeanBackward(float threshold, bool accumulate) : IStepOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke<TMembrane, TGradient>(TMembrane membrane, TGradient spikeGradient, StepLanes currentGradient, int steps, ref double sum)
        where TMembrane : struct, ILanes<TMembrane>
        where TGradient : struct, ILanes<TGradient>
    {
        var v = Vector512.Create(threshold);
        var unit = Vector512.Create(1 / threshold);
        var surrogate = new PiecewiseLinear(1);
        var total = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            total += spikeGradient.Load(t) * surrogate.Derivative((membrane.Load(t) - v) * unit, t);
        }

        total *= unit;
        if (currentGradient.IsStatic)
        {
            currentGradient.Store(0, total, accumulate);
            return;
        }

        var mean = total / Vector512.Create((float)steps);
        for (var t = 0; t < steps; t++)
        {
            currentGradient.Store(t, mean, accumulate);
        }
    }
}
