using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Execution;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness;

/// <summary>
/// A network in integers, as attacks see it. Every verdict is its own: of clean images, of what a black-box attack asks, of what attacks make on their
/// way and end in. Integers have no gradients: those are of the network in floats that it came from, straight through the rounding, and so are the
/// losses that attacks climb.
/// </summary>
/// <remarks>Verdicts are computed on the processor, whatever backend the gradients come from.</remarks>
public sealed class FixedPointClassifier : IClassifier
{
    private readonly FixedPointInference deployed;
    private readonly Classifier origin;
    private delegate void Computation(ReadOnlySpan<float> images, Span<float> logits);

    private readonly Dictionary<int, int> layers = []; // of a neuron's node in the origin, its place among the layers whose spikes are counted
    private readonly DeviceBuffer logits;
    private readonly float[] images;
    private readonly float[] values;
    private readonly long[] spikes;

    /// <param name="network">Decides.</param>
    /// <param name="origin">The spiking network in floats that it came from. The caller's.</param>
    /// <param name="batch">The most samples of one call.</param>
    /// <param name="threads">For verdicts; 0 for one a core.</param>
    /// <exception cref="BadInputException">The two do not fit: they take other images, have other classes or other neurons; or there is not enough memory.</exception>
    public FixedPointClassifier(FixedPointNetwork network, SpikingModel origin, int batch, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Network = network;
        RequireSame("images", origin.Network.Input, network.Network.Input);
        RequireSame("classes", origin.Network.Classes, network.Network.Classes);
        RequireSame("layers of neurons", Neurons(origin.Network, origin.Shapes), Neurons(network.Network, network.Shapes));
        this.origin = new Classifier(origin, batch, network.Timesteps);
        try
        {
            deployed = new FixedPointInference(network, batch, threads);
            logits = Backend.Allocate((long)batch * Classes);
        }
        catch
        {
            deployed?.Dispose();
            this.origin.Dispose();
            throw;
        }

        foreach (var node in Graph.neurons(origin.Network))
        {
            layers.Add(node, layers.Count);
        }

        images = new float[batch * PixelCount];
        values = new float[batch * Classes];
        spikes = new long[layers.Count];
    }

    /// <summary>The network that decides.</summary>
    public FixedPointNetwork Network { get; }

    /// <summary>Bytes that a pass reads for each weight that exists, of all layers.</summary>
    public double BytesPerConnection => (double)deployed.ConnectionBytes / Math.Max(1, Network.Connections);

    public SpikingModel Model => origin.Model;

    public IBackend Backend => origin.Backend;

    public int Batch => origin.Batch;

    public int Timesteps => origin.Timesteps;

    public int Classes => origin.Classes;

    public Shape ImageShape => origin.ImageShape;

    public int PixelCount => origin.PixelCount;

    public CancellationToken Cancellation
    {
        get => origin.Cancellation;
        set => origin.Cancellation = value;
    }

    public bool JudgesOnTheWay => true;

    public int SamplesComputed(int samples) => origin.SamplesComputed(samples);

    public DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false) =>
        Logits(pixels, samples, (shown, said) => deployed.Run(shown, said, countSpikes ? spikes : default));

    /// <summary>As <see cref="Logits(DeviceBuffer, int, bool)"/>, and adds the spikes in integers of every neuron to the tally of its node.</summary>
    /// <param name="tallies">One for each neuron node of <see cref="Model"/>.</param>
    public DeviceBuffer LogitsCounting(DeviceBuffer pixels, int samples, IReadOnlyDictionary<int, SpikeTally> tallies)
    {
        var counts = deployed.Layers.Select(layer => new long[layer.Neurons]).ToArray();
        var said = Logits(pixels, samples, (shown, values) => deployed.RunCounting(shown, values, counts));
        foreach (var (node, layer) in layers)
        {
            tallies[node].Add(counts[layer]);
        }

        return said;
    }

    /// <summary>Never: no gradient is of a pass of the network in integers.</summary>
    public bool IsDeployed(GradientEstimator estimator) => false;

    public DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator) => origin.Forward(pixels, samples, estimator);

    public void BeginRun(GradientEstimator estimator) => origin.BeginRun(estimator);

    public void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples) => origin.BeginSamples(estimator, entering, samples);

    public void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples) => origin.DropSamples(estimator, dropped, samples);

    public DeviceBuffer LogitGradient(GradientEstimator estimator) => origin.LogitGradient(estimator);

    public DeviceBuffer Backward(GradientEstimator estimator, bool repeats = false) => origin.Backward(estimator, repeats);

    /// <summary>Spikes in integers of a neuron node of <see cref="Model"/>.</summary>
    public double SpikeCount(int node) => spikes[layers[node]];

    public void Dispose()
    {
        logits.Dispose();
        origin.Dispose();
        deployed.Dispose();
    }

    private static string Neurons(Network network, IReadOnlyList<Shape> shapes) =>
        string.Join(", ", Graph.neurons(network).Select(node => $"{network.Nodes[node].Name} ({shapes[node]})"));

    private DeviceBuffer Logits(DeviceBuffer pixels, int samples, Computation compute)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Batch);
        Cancellation.ThrowIfCancellationRequested();
        var shown = images.AsSpan(0, samples * PixelCount);
        var said = values.AsSpan(0, samples * Classes);
        pixels.Download(shown);
        compute(shown, said);
        logits.Upload(said);
        return logits;
    }

    private static void RequireSame<T>(string what, T expected, T found)
    {
        if (!Equals(expected, found))
        {
            throw new BadInputException(
                $"the network in integers does not come from the network in floats that gradients are to come from: expected {what} {expected}, found {found}");
        }
    }
}
