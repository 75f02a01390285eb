using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness;

/// <summary>
/// A network in evaluation mode, as attacks see it: logits and gradients of pixels (sample, channel, row, column) in [0,1]. <see cref="Classifier"/>
/// is one; whoever has something before the network, a defence say, has another. It may draw: where two passes over the same pixels differ, attacks
/// average over several (EOT).
/// </summary>
public interface IClassifier : IDisposable
{
    /// <summary>The network that decides in the end; of one in integers, that in floats which it came from.</summary>
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

    /// <summary>
    /// Whether <see cref="Logits"/> is asked along attacks that end where a sample is broken, though no pass for a gradient is the network as deployed:
    /// where asking costs little beside a gradient, and leaves the last one as it is.
    /// </summary>
    bool JudgesOnTheWay => false;

    /// <summary>Begins an attack's run: an estimator that adapts forgets what others have left. Before the first gradient of the run.</summary>
    void BeginRun(GradientEstimator estimator);

    /// <summary>
    /// As <see cref="BeginRun"/> for some of the samples, while the others go on with their runs by the same estimator: for attacks in which
    /// samples take the places of those that are done. With an estimator that is not that of the others all begin.
    /// </summary>
    /// <param name="entering">1 a sample that begins, else 0.</param>
    void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples);

    /// <summary>
    /// What the estimator remembers of the samples whose mark is 0 moves to the front, as
    /// <see cref="IJudgementOperations.DropSamples(DeviceBuffer, DeviceBuffer, int)"/> moves their images.
    /// </summary>
    void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples);

    /// <summary>Where the caller accumulates dL/dlogits (samples, classes) after <see cref="Forward"/>: zeroed by this call.</summary>
    DeviceBuffer LogitGradient(GradientEstimator estimator);

    /// <summary>dL/dpixels of the last <see cref="Forward"/> with this estimator, until the next call.</summary>
    /// <param name="repeats">
    /// Whether it is another pass of a gradient that has had one (METHODS 10): an estimator that adapts gives its derivatives with what it
    /// remembers, and remembers nothing of this pass.
    /// </param>
    DeviceBuffer Backward(GradientEstimator estimator, bool repeats = false);

    /// <summary>Spikes of a neuron node in the last <see cref="Logits"/> that was asked to count them.</summary>
    double SpikeCount(int node);
}
