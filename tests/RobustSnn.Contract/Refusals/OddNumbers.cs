using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Refusals;

/// <summary>How backends treat numbers that are none.</summary>
public static class OddNumbers
{
    /// <summary>One neuron that is charged to infinity, and reset to 0: spikes and membranes of three timesteps.</summary>
    public static (float[] Spikes, float[] Membranes) HardResetOfAnInfiniteMembrane(IBackend backend)
    {
        var shape = new ActivationShape(1, 1, 1, 0, LaneLayout.Choose(1, 3));
        Activation New() => new(shape, backend.Allocate(shape.Length));
        var (current, membrane, spikes) = (New(), New(), New());
        current.FromHost([float.PositiveInfinity, 0.25f, 0.25f], 1);
        using var threshold = backend.Allocate(1);
        backend.Fill(threshold, 1);
        backend.Neuron(new NeuronModel(1, Reset.Hard), current, threshold, membrane, spikes, 1);
        return (spikes.ToHost(1), membrane.ToHost(1));
    }

    /// <summary>The smallest, the second and the third of −1, infinity and NaN.</summary>
    public static float[] SortedWithNaN(IBackend backend, bool negative)
    {
        var shape = new ActivationShape(1, 1, 3, 0, LaneLayout.Choose(1, 0));
        var values = new Activation(shape, backend.Allocate(shape.Length));
        values.FromHost([negative ? BitConverter.UInt32BitsToSingle(0xFFC00000) : float.NaN, float.PositiveInfinity, -1], 1);
        return [.. new[] { 1, 2, 3 }.Select(k => backend.KthSmallest(values, k, 1))];
    }
}
