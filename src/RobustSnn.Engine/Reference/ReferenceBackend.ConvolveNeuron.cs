using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Reference;

/// <summary>A layer and its neurons in one.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>I[t] = weights ∗ x[t] + bias, rounded to float as where it is stored; then the equation of <see cref="Neuron"/>.</summary>
    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        if (!window.IsOne)
        {
            var shape = window.Over(input.Shape, connection.Geometry);
            using var memory = Allocate(shape.Length);
            var pooled = new Activation(shape, memory);
            AveragePool(input, pooled, samples);
            ConvolveNeuron(connection, bias, neuron, threshold, pooled, MeanWindow.One, spikes, samples);
            return;
        }

        if (spikes.Shape.IsBits)
        {
            var floats = HostActivation.Zero(spikes.Shape);
            ConvolveNeuron(connection, bias, neuron, threshold, input, window, floats, samples);
            Pack(floats, spikes, samples);
            return;
        }

        var w = (ReferenceConnection)connection;
        var x = HostActivation.Reading(input, samples);
        var s = new HostActivation(spikes);
        var v = HostBuffer.Of(threshold)[0];
        double leak = (float)neuron.Leak;
        foreach (var at in s.Neurons(samples))
        {
            var u = 0f;
            for (var t = 0; t < s.Steps; t++)
            {
                var now = at with { Step = t };
                u = (float)(leak * u + Current(w, bias, x, now));
                var spike = u >= v ? 1 : 0;
                s[now] = spike;
                u = neuron.Reset.IsHard ? (1 - spike) * u : u - spike * v;
            }
        }
    }
}
