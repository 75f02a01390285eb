using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness;

/// <summary>
/// A network in evaluation mode, as attacks see it: logits and gradients of pixels (sample, channel, row, column) in [0,1]. <see cref="Classifier"/>
/// is one; whoever has something before the network, a defence say, has another.
/// </summary>
public interface IClassifier : IDisposable
{
    /// <summary>The network that decides in the end.</summary>
    SpikingModel Model { get; }

    IBackend Backend { get; }

    /// <summary>The most samples of one call.</summary>
    int Batch { get; }

    /// <summary>T; 0 for an ANN.</summary>
    int Timesteps { get; }

    int Classes { get; }

    /// <summary>Of one sample.</summary>
    Shape ImageShape { get; }

    /// <summary>Pixels of one sample.</summary>
    int PixelCount { get; }

    /// <summary>Asked between the layers of every pass from now on: of whoever uses the classifier.</summary>
    CancellationToken Cancellation { get; set; }

    /// <summary>Samples that a pass for the gradient of so many has room for: whole blocks of its layout.</summary>
    int SamplesComputed(int samples);

    /// <summary>(samples, classes) by the network as deployed, until the next call.</summary>
    /// <param name="countSpikes">Whether <see cref="SpikeCount"/> will be asked.</param>
    DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false);

    /// <summary>Logits of the very pass whose gradient is wanted, which for Act is that of the T = 0 network.</summary>
    DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator);

    /// <summary>Whether the pass of that estimator is the network as deployed: T steps, where it has any.</summary>
    bool IsDeployed(GradientEstimator estimator);

    /// <summary>Begins an attack's run: an estimator that adapts forgets what others have left. Before the first gradient of the run.</summary>
    void BeginRun(GradientEstimator estimator);

    /// <summary>Begins the run of the marked samples alone, in the middle of that of others.</summary>
    void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples);

    /// <summary>Samples leave in the middle of a run: what an estimator that adapts remembers moves as their images do.</summary>
    void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples);

    /// <summary>Where the caller accumulates dL/dlogits (samples, classes) after <see cref="Forward"/>: zeroed by this call.</summary>
    DeviceBuffer LogitGradient(GradientEstimator estimator);

    /// <summary>dL/dpixels of the last <see cref="Forward"/> with this estimator, until the next call.</summary>
    DeviceBuffer Backward(GradientEstimator estimator);

    /// <summary>Spikes of a neuron node in the last <see cref="Logits"/> that was asked to count them.</summary>
    double SpikeCount(int node);
}
