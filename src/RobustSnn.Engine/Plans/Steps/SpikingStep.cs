using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>Where a plan counts the spikes of a layer: an element of a buffer on the device.</summary>
internal readonly record struct SpikeCounter(DeviceBuffer Counts, int Index);

/// <summary>A step that makes spikes.</summary>
internal abstract class SpikingStep(Activation output, SpikeCounter spikes) : PlanStep
{
    /// <summary>Which node of the network it is.</summary>
    public int Node => spikes.Index;

    /// <summary>One float a neuron and timestep.</summary>
    public ActivationShape Neurons => output.Shape with { Storage = Storage.Floats, Border = 0 };

    /// <summary>The spikes, right after the step.</summary>
    public Activation Spikes => output;

    /// <summary>Spikes of the last pass that counted them.</summary>
    public double CountedSpikes
    {
        get
        {
            var count = 0.0;
            spikes.Counts.DownloadAs(new Span<double>(ref count), spikes.Index);
            return count;
        }
    }

    public override void Forward(IBackend backend, in Pass pass)
    {
        Fire(backend, in pass);
        if (pass.CountSpikes)
        {
            backend.Sum(Output, spikes.Counts, spikes.Index, pass.Samples);
        }
    }

    protected Activation Output => output;

    /// <summary>Writes the spikes.</summary>
    protected abstract void Fire(IBackend backend, in Pass pass);
}
