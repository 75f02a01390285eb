using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests;

/// <summary>A network that draws: before every pass, normal noise is added to the pixels, other noise each time.</summary>
internal sealed class NoisyClassifier(IClassifier its, float deviation, ulong seed = 1) : IClassifier
{
    private readonly DeviceBuffer noisy = its.Backend.Allocate((long)its.Batch * its.PixelCount);
    private ulong draws;

    /// <summary>Passes from which a gradient may follow, and gradients, so far.</summary>
    public (int Forward, int Backward) Passes { get; private set; }

    public SpikingModel Model => its.Model;

    public int Timesteps => its.Timesteps;

    public int SamplesComputed(int samples) => its.SamplesComputed(samples);

    public double SpikeCount(int node) => its.SpikeCount(node);

    public IBackend Backend => its.Backend;

    public int Batch => its.Batch;

    public int Classes => its.Classes;

    public Shape ImageShape => its.ImageShape;

    public int PixelCount => its.PixelCount;

    public CancellationToken Cancellation
    {
        get => its.Cancellation;
        set => its.Cancellation = value;
    }

    public DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false) => its.Logits(Noisy(pixels), samples, countSpikes);

    public DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator)
    {
        Passes = Passes with { Forward = Passes.Forward + 1 };
        return its.Forward(Noisy(pixels), samples, estimator);
    }

    public bool IsDeployed(GradientEstimator estimator) => its.IsDeployed(estimator);

    public void BeginRun(GradientEstimator estimator) => its.BeginRun(estimator);

    public void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples) => its.BeginSamples(estimator, entering, samples);

    public void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples) => its.DropSamples(estimator, dropped, samples);

    public DeviceBuffer LogitGradient(GradientEstimator estimator) => its.LogitGradient(estimator);

    public DeviceBuffer Backward(GradientEstimator estimator, bool repeats = false)
    {
        Passes = Passes with { Backward = Passes.Backward + 1 };
        return its.Backward(estimator, repeats);
    }

    public void Dispose() => noisy.Dispose();

    private DeviceBuffer Noisy(DeviceBuffer pixels)
    {
        Backend.RandomFill(noisy, noisy.Length, RandomKind.Normal, new RandomKey(seed, draws++));
        Backend.Blend(noisy, deviation, 1, pixels);
        return noisy;
    }
}
