using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness;

/// <summary>
/// A network in evaluation mode, as attacks see it: logits and gradients of pixels (sample, channel, row, column) in [0,1].
/// Its plans are compiled when first needed; after that a call allocates nothing.
/// </summary>
public sealed class Classifier : IClassifier
{
    private readonly float[] logits;
    private Plan? inference;
    private Plan? gradient;
    private Plan? activation;
    private AdaptiveGradient? adaptive;
    private readonly Backwards backwards;

    /// <param name="batch">The most samples of one call.</param>
    /// <param name="timesteps">T; 0 runs the network as an ANN.</param>
    public Classifier(SpikingModel model, int batch, int timesteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(timesteps);
        Model = model;
        Batch = batch;
        Timesteps = timesteps;
        this.logits = new float[batch * Classes];
        backwards = new Backwards(this);
    }

    public SpikingModel Model { get; }

    public IBackend Backend => Model.Backend;

    public int Batch { get; }

    public int Timesteps { get; }

    public int Classes => Model.Network.Classes;

    public Shape ImageShape => Model.Network.Input;

    public int PixelCount => Model.Network.Input.Count;

    public CancellationToken Cancellation { get; set; }

    public int SamplesComputed(int samples) => Gradient.SamplesComputed(samples);

    private Plan Inference => inference ??= new Plan(Model, Batch, Timesteps, PassMode.Inference);

    /// <summary>(samples, classes), until the next call.</summary>
    /// <param name="countSpikes">Whether <see cref="SpikeCount"/> will be asked.</param>
    public DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false) => Run(Inference, pixels, samples, countSpikes);

    /// <summary>As <see cref="Logits"/>, and adds the spikes of every neuron to the tally of its node.</summary>
    /// <param name="tallies">One for each neuron node of the network.</param>
    /// <exception cref="InvalidOperationException">The network runs with T = 0: nothing fires.</exception>
    public DeviceBuffer LogitsCounting(DeviceBuffer pixels, int samples, IReadOnlyDictionary<int, SpikeTally> tallies)
    {
        if (Timesteps == 0)
        {
            throw new InvalidOperationException("nothing fires with T = 0");
        }

        Load(Inference, pixels, samples);
        Inference.ForwardWatching(samples, (node, spikes) => tallies[node].Add(spikes, samples), Cancellation);
        return Inference.Logits;
    }

    /// <summary>The class of each of the first <c>predictions.Length</c> samples; see <see cref="Predictions.Of"/>.</summary>
    /// <param name="countSpikes">Whether <see cref="SpikeCount"/> will be asked.</param>
    public void Predict(DeviceBuffer pixels, Span<int> predictions, bool countSpikes = false) =>
        ClassesOf(Logits(pixels, predictions.Length, countSpikes), predictions);

    /// <summary>The class of each of the first <c>predictions.Length</c> samples of logits that a pass gave.</summary>
    public void ClassesOf(DeviceBuffer logits, Span<int> predictions)
    {
        var values = this.logits.AsSpan(0, predictions.Length * Classes);
        logits.Download(values);
        Predictions.Of(values, Classes, predictions);
    }

    public DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator) =>
        Run(GradientPlan(estimator), pixels, samples, countSpikes: false);

    public bool IsDeployed(GradientEstimator estimator) => estimator.Spikes || Timesteps == 0;

    public void BeginRun(GradientEstimator estimator)
    {
        if (Timesteps > 0 && estimator.Adapting is { } surrogate)
        {
            MemoryOf(surrogate).Begin(surrogate);
        }
    }

    public void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples)
    {
        if (Timesteps > 0 && estimator.Adapting is { } surrogate)
        {
            MemoryOf(surrogate).BeginSamples(surrogate, entering, samples);
        }
    }

    public void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples)
    {
        if (Timesteps > 0 && estimator.Adapting is { } surrogate)
        {
            MemoryOf(surrogate).DropSamples(dropped, samples);
        }
    }

    public DeviceBuffer LogitGradient(GradientEstimator estimator)
    {
        var gradient = GradientPlan(estimator).LogitGradient;
        Backend.Fill(gradient, 0);
        return gradient;
    }

    public DeviceBuffer Backward(GradientEstimator estimator, bool repeats = false)
    {
        var plan = GradientPlan(estimator);
        if (Timesteps == 0)
        {
            plan.Backward(NeuronGradient.Default, Cancellation); // there is nothing to estimate
        }
        else
        {
            backwards.Repeats = repeats;
            estimator.Accept(backwards);
        }

        return plan.PixelGradient;
    }

    /// <summary>Spikes of a neuron node in the last <see cref="Logits(DeviceBuffer, int, bool)"/> or <see cref="Predict"/> that was asked to count them.</summary>
    public double SpikeCount(int node) => Inference.SpikeCount(node);

    public void Dispose()
    {
        inference?.Dispose();
        this.gradient?.Dispose();
        activation?.Dispose();
        adaptive?.Dispose();
    }

    private Plan Gradient => this.gradient ??= new Plan(Model, Batch, Timesteps, PassMode.InputGradient);

    private Plan Activation => activation ??= new Plan(Model, Batch, 0, PassMode.InputGradient);

    /// <summary>What that surrogate remembers in the plan of gradients: made anew where what is there remembers something else.</summary>
    private AdaptiveGradient MemoryOf(AdaptiveSurrogate surrogate)
    {
        if (adaptive?.Suits(surrogate) != true)
        {
            adaptive?.Dispose();
            adaptive = null;
            adaptive = Gradient.PrepareAdaptive(surrogate);
        }

        return adaptive;
    }

    private Plan GradientPlan(GradientEstimator estimator) => IsDeployed(estimator) ? Gradient : Activation;

    private DeviceBuffer Run(Plan plan, DeviceBuffer pixels, int samples, bool countSpikes)
    {
        Load(plan, pixels, samples);
        plan.Forward(samples, countSpikes: countSpikes, cancellation: Cancellation);
        return plan.Logits;
    }

    private void Load(Plan plan, DeviceBuffer pixels, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Batch);
        Backend.Copy(pixels, plan.Pixels, (long)samples * PixelCount);
    }

    /// <summary>The backward pass of each estimator. Gives the plan that it went through.</summary>
    private sealed class Backwards(Classifier its) : IEstimatorVisitor<Plan>
    {
        /// <summary>Whether estimators that adapt remember nothing of the pass.</summary>
        public bool Repeats { get; set; }

        public Plan ThroughTime(Surrogate surrogate) => Run(its.Gradient, new NeuronGradient(surrogate, NeuronPath.Time));

        public Plan ThroughTimeAdapting(AdaptiveSurrogate surrogate)
        {
            its.Gradient.BackwardAdaptively(
                its.adaptive ?? throw new InvalidOperationException($"a gradient by {surrogate} without BeginRun"), !Repeats, its.Cancellation);
            return its.Gradient;
        }

        public Plan ThroughRate() => Run(its.Gradient, NeuronGradient.Rate);

        public Plan ThroughMeanCurrent() => Run(its.Gradient, NeuronGradient.MeanCurrent);

        public Plan ThroughMeanGradient() => Run(its.Gradient, NeuronGradient.MeanGradient);

        public Plan ThroughActivation() => Run(its.Activation, NeuronGradient.Default);

        private Plan Run(Plan plan, NeuronGradient gradient)
        {
            plan.Backward(gradient, its.Cancellation);
            return plan;
        }
    }
}
