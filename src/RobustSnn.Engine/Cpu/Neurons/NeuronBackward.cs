using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>The neuron backward through time: <see cref="NeuronEquation.Back"/> of each step. Adds up dL/dv.</summary>
internal readonly struct NeuronBackward<TRule, TSurrogate>(TRule rule, TSurrogate surrogate, float threshold, bool accumulate) : IStepOperator
    where TRule : struct, INeuronRule
    where TSurrogate : struct, ISurrogate
{
    private readonly TRule rule = rule;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke<TMembrane, TGradient>(TMembrane membrane, TGradient spikeGradient, StepLanes currentGradient, int steps, ref double sum)
        where TMembrane : struct, ILanes<TMembrane>
        where TGradient : struct, ILanes<TGradient>
    {
        var v = Vector512.Create(threshold);
        var after = Lanes512.Zero;
        var thresholdSum = Lanes512.Zero;
        var staticSum = Vector512<float>.Zero;
        for (var t = steps - 1; t >= 0; t--)
        {
            var u = membrane.Load(t);
            Vector512<float> du = NeuronEquation.Back<TRule, Lanes512>(rule, u, surrogate.Derivative(u - v, t), spikeGradient.Load(t), v, ref after,
                ref thresholdSum);
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

        sum += Vector512.Sum<float>(thresholdSum);
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
            fired |= NeuronEquation.Fires<Lanes512>(membrane.Load(t), v);
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
