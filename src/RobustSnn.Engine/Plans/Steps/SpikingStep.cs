namespace RobustSnn.Engine;

/// <summary>A step that makes spikes.</summary>
internal abstract class SpikingStep(Activation output) : Step
{
    /// <summary>Spikes of the last pass, if it counted them.</summary>
    public double? Spikes { get; private set; }

    public override void Forward(IBackend backend, in Pass pass)
    {
        Fire(backend, in pass);
        Spikes = pass.CountSpikes ? backend.Sum(Output, pass.Samples) : null;
    }

    protected Activation Output => output;

    /// <summary>Writes the spikes.</summary>
    protected abstract void Fire(IBackend backend, in Pass pass);
}
