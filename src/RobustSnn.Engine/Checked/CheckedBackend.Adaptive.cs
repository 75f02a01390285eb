using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Checked;

/// <summary>Surrogates that adapt.</summary>
public sealed partial class CheckedBackend
{
    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation,
        Activation slopes, bool learns, int samples)
    {
        var call = new Call(nameof(AdaptSharpness), samples);
        call.Require(scale > 0 && float.IsFinite(scale), $"scale expected a number above 0, found {scale}");
        call.Floats(nameof(membrane), membrane);
        call.Thresholds(threshold, membrane.Shape);
        foreach (var (name, other) in new[] { (nameof(mean), mean), (nameof(deviation), deviation), (nameof(slopes), slopes) })
        {
            call.Floats(name, other);
            SameSteps(call, membrane, name, other);
            call.InPlace(nameof(membrane), membrane, name, other);
        }

        call.Apart(nameof(membrane), membrane.Buffer, nameof(mean), mean.Buffer);
        call.Apart(nameof(membrane), membrane.Buffer, nameof(deviation), deviation.Buffer);
        call.Apart(nameof(mean), mean.Buffer, nameof(deviation), deviation.Buffer);
        call.Apart(nameof(mean), mean.Buffer, nameof(slopes), slopes.Buffer);
        call.Apart(nameof(deviation), deviation.Buffer, nameof(slopes), slopes.Buffer);
        Inner.AdaptSharpness(scale, membrane, threshold, mean, deviation, slopes, learns, samples);
        call.Border(nameof(mean), mean);
        call.Border(nameof(deviation), deviation);
        call.Border(nameof(slopes), slopes);
    }

    public void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples)
    {
        var call = new Call(nameof(PotentialSlopes), samples);
        call.Floats(nameof(membrane), membrane);
        call.Thresholds(threshold, membrane.Shape);
        call.Floats(nameof(slopes), slopes);
        SameSteps(call, membrane, nameof(slopes), slopes);
        call.InPlace(nameof(membrane), membrane, nameof(slopes), slopes);
        Inner.PotentialSlopes(membrane, threshold, slopes, samples);
        call.Border(nameof(slopes), slopes);
    }

    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(NeuronSlopeGradient), samples);
        call.Floats(nameof(membrane), membrane);
        call.Floats(nameof(slopes), slopes);
        SameSteps(call, membrane, nameof(slopes), slopes);
        call.Thresholds(threshold, membrane.Shape);
        Gradients(call, spikeGradient, currentGradient, accumulate);
        SameSteps(call, membrane, nameof(spikeGradient), spikeGradient);
        call.InPlace(nameof(slopes), slopes, nameof(currentGradient), currentGradient);
        call.Require(!accumulate || !ReferenceEquals(slopes.Buffer, currentGradient.Buffer), "nothing can be added to the slopes that are read");
        call.Apart(nameof(membrane), membrane.Buffer, nameof(currentGradient), currentGradient.Buffer);
        Inner.NeuronSlopeGradient(neuron, slopes, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);
        call.Written(nameof(currentGradient), currentGradient, membrane);
    }

    private static void SameSteps(Call call, Activation membrane, string name, Activation other)
    {
        call.Alike(nameof(membrane), membrane, name, other);
        call.Require(membrane.Shape.Lanes.Steps == other.Shape.Lanes.Steps, $"{name} expected as many steps as the membranes");
    }
}
