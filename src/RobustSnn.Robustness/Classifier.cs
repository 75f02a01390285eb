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
public sealed class Classifier : IDisposable
{
    private readonly float[] logits;
    private Plan? inference;
    private Plan? gradient;
    private Plan? activation;

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
    }

    public SpikingModel Model { get; }

    public IBackend Backend => Model.Backend;

    public int Batch { get; }

    public int Timesteps { get; }

    public int Classes => Model.Network.Classes;

    /// <summary>Of one sample.</summary>
    public Shape ImageShape => Model.Network.Input;

    /// <summary>Pixels of one sample.</summary>
    public int PixelCount => Model.Network.Input.Count;

    private Plan Inference => inference ??= new Plan(Model, Batch, Timesteps, PassMode.Inference);

    /// <summary>(samples, classes), until the next call.</summary>
    /// <param name="countSpikes">Whether <see cref="SpikeCount"/> will be asked.</param>
    public DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false) => Run(Inference, pixels, samples, countSpikes);

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

    /// <summary>Logits of the very pass whose gradient is wanted, which for Act is that of the T = 0 network.</summary>
    public DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator) =>
        Run(GradientPlan(estimator), pixels, samples, countSpikes: false);

    /// <summary>Whether the pass of that estimator is the network as deployed: T steps, where it has any.</summary>
    public bool IsDeployed(GradientEstimator estimator) => estimator.Kind != EstimatorKind.Activation || Timesteps == 0;

    /// <summary>Where the caller accumulates dL/dlogits (samples, classes) after <see cref="Forward"/>: zeroed by this call.</summary>
    public DeviceBuffer LogitGradient(GradientEstimator estimator)
    {
        var gradient = GradientPlan(estimator).LogitGradient;
        Backend.Fill(gradient, 0);
        return gradient;
    }

    /// <summary>dL/dpixels of the last <see cref="Forward"/> with this estimator, until the next call.</summary>
    public DeviceBuffer Backward(GradientEstimator estimator)
    {
        var plan = GradientPlan(estimator);
        plan.Backward(estimator.Neurons);
        return plan.PixelGradient;
    }

    /// <summary>Spikes of a neuron node in the last <see cref="Logits"/> or <see cref="Predict"/> that was asked to count them.</summary>
    public double SpikeCount(int node) => Inference.SpikeCount(node);

    public void Dispose()
    {
        inference?.Dispose();
        this.gradient?.Dispose();
        activation?.Dispose();
    }

    private Plan GradientPlan(GradientEstimator estimator) => IsDeployed(estimator)
        ? this.gradient ??= new Plan(Model, Batch, Timesteps, PassMode.InputGradient)
        : activation ??= new Plan(Model, Batch, 0, PassMode.InputGradient);

    private DeviceBuffer Run(Plan plan, DeviceBuffer pixels, int samples, bool countSpikes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Batch);
        Backend.Copy(pixels, plan.Pixels, (long)samples * PixelCount);
        plan.Forward(samples, countSpikes: countSpikes);
        return plan.Logits;
    }
}
