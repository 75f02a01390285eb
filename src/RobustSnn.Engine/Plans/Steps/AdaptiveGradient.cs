using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>
/// A surrogate that adapts, in the neurons of one plan: what it remembers of each sample, neuron and timestep, on the device, from one
/// backward pass to the next of a run.
/// </summary>
public sealed class AdaptiveGradient : IDisposable
{
    private readonly IBackend backend;
    private readonly Dictionary<int, Activation[]> memory = [];
    private readonly Dictionary<(ActivationShape Shape, Use Use), Activation> scratch = [];
    private readonly int remembered;
    private AdaptiveSurrogate? surrogate;

    internal AdaptiveGradient(IBackend backend, IEnumerable<SpikingStep> steps, int remembered)
    {
        this.backend = backend;
        this.remembered = remembered;
        try
        {
            foreach (var step in steps)
            {
                memory.Add(step.Node, [.. Enumerable.Range(0, remembered).Select(_ => Allocate(step.Neurons))]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private enum Use
    {
        Membranes,
        Slopes,
        Currents,
    }

    /// <summary>Begins a run: forgets what other runs have left.</summary>
    /// <exception cref="ArgumentException">The surrogate remembers another number of values than the one that this was made for.</exception>
    public void Begin(AdaptiveSurrogate surrogate)
    {
        if (!Suits(surrogate))
        {
            throw new ArgumentException($"{surrogate} remembers {surrogate.Start.Count} values, there is memory for {remembered}", nameof(surrogate));
        }

        this.surrogate = surrogate;
        foreach (var values in memory.Values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                backend.Fill(values[i].Buffer, surrogate.Start[i]);
            }
        }
    }

    /// <summary>
    /// Begins the run of some samples, while the others go on with theirs. With another surrogate than the one of theirs, all begin: what they
    /// remember says nothing about it.
    /// </summary>
    /// <param name="entering">1 a sample that begins, else 0.</param>
    /// <exception cref="ArgumentException">As <see cref="Begin"/>.</exception>
    public void BeginSamples(AdaptiveSurrogate surrogate, DeviceBuffer entering, int samples)
    {
        if (this.surrogate != surrogate)
        {
            Begin(surrogate);
            return;
        }

        foreach (var values in memory.Values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                backend.FillSamples(values[i], entering, surrogate.Start[i], samples);
            }
        }
    }

    /// <summary>What is remembered of the samples whose mark is 0 moves to the front, as they do.</summary>
    public void DropSamples(DeviceBuffer dropped, int samples)
    {
        foreach (var values in memory.Values.SelectMany(values => values))
        {
            backend.DropSamples(dropped, values, samples);
        }
    }

    /// <summary>Whether the surrogate remembers as many values as this has room for.</summary>
    public bool Suits(AdaptiveSurrogate surrogate) => surrogate.Start.Count == remembered;

    public void Dispose()
    {
        foreach (var activation in memory.Values.SelectMany(values => values).Concat(scratch.Values))
        {
            activation.Buffer.Dispose();
        }
    }

    /// <summary>Bytes that are taken at most: memory of all layers, and scratch for each layer's shape.</summary>
    internal static long Bytes(IReadOnlyCollection<SpikingStep> steps, int remembered) => sizeof(float) * checked(
        steps.Sum(step => remembered * step.Neurons.Length) + 3 * steps.Select(step => step.Neurons).Distinct().Sum(shape => shape.Length));

    /// <summary>The derivatives of a layer's spikes in this pass, until those of another layer are asked for.</summary>
    /// <exception cref="InvalidOperationException">No run has begun.</exception>
    internal Activation Slopes(SpikingStep step, Activation membrane, DeviceBuffer threshold, in Pass pass)
    {
        var slopes = SlopeScratch(step);
        (surrogate ?? throw new InvalidOperationException("an adaptive gradient without a run that has begun"))
            .Adapt(backend, membrane, threshold, memory[step.Node], slopes, pass.Learns, pass.Samples);
        return slopes;
    }

    /// <summary>Where <see cref="Slopes"/> will be, free before.</summary>
    internal Activation SlopeScratch(SpikingStep step) => Scratch(step.Neurons, Use.Slopes);

    /// <summary>Room for the membranes of a layer that does not keep them.</summary>
    internal Activation MembraneScratch(SpikingStep step) => Scratch(step.Neurons, Use.Membranes);

    /// <summary>Room for currents that are the same at every timestep, or for their gradient.</summary>
    internal Activation StaticScratch(SpikingStep step) => Scratch(step.Neurons with { Lanes = step.Neurons.Lanes.Static }, Use.Currents);

    private Activation Scratch(ActivationShape shape, Use use)
    {
        if (!scratch.TryGetValue((shape, use), out var activation))
        {
            activation = Allocate(shape);
            scratch.Add((shape, use), activation);
        }

        return activation;
    }

    private Activation Allocate(ActivationShape shape) => new(shape, backend.Allocate(shape.Length));
}
