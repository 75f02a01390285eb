using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>The neuron's equation (METHODS 1), forward: reads currents, writes spikes and, for the backward pass, membranes.</summary>
internal readonly struct NeuronForward(NeuronModel neuron, float threshold, bool keepsMembrane) : IStepOperator
{
    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Invoke(StepLanes current, StepLanes membrane, StepLanes spikes, int steps, ref double sum)
    {
        var v = Vector512.Create(threshold);
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            u = u * leak + current.Load(t);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            if (keepsMembrane)
            {
                membrane.Store(t, u);
            }

            spikes.Store(t, Vector512.ConditionalSelect(fires, Vector512<float>.One, Vector512<float>.Zero));
            u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        }
    }
}
