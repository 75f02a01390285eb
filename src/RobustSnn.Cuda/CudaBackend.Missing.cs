using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

// Operations that are not written yet: each leaves this file when it is.
public sealed partial class CudaBackend
{
    public long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan) => throw new NotImplementedException();

    // IAdaptiveOperations
    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation, Activation slopes, bool learns, int samples) => throw new NotImplementedException();
    public void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples) => throw new NotImplementedException();
    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient, bool accumulate, int samples) => throw new NotImplementedException();

    // IAttackOperations
    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean, DeviceBuffer square, float radius, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples) => throw new NotImplementedException();
    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples) => throw new NotImplementedException();

    // IConnectionOperations
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null) => throw new NotImplementedException();
    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples) => throw new NotImplementedException();
    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient, DeviceBuffer? biasGradient, int samples) => throw new NotImplementedException();

    // IJudgementOperations
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples) => throw new NotImplementedException();
    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples) => throw new NotImplementedException();
    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples) => throw new NotImplementedException();
    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples) => throw new NotImplementedException();
    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples) => throw new NotImplementedException();
    public void DropSamples(DeviceBuffer dropped, Activation values, int samples) => throw new NotImplementedException();
    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples) => throw new NotImplementedException();

    // ILogitOperations
    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale, DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null) => throw new NotImplementedException();

    // IMaskOperations
    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target) => throw new NotImplementedException();
    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target) => throw new NotImplementedException();
    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index) => throw new NotImplementedException();

    // INeuronOperations
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples) => throw new NotImplementedException();
    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input, MeanWindow window, Activation spikes, int samples) => throw new NotImplementedException();
    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples) => throw new NotImplementedException();
    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes, int samples) => throw new NotImplementedException();
    public void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input, DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input, DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, DeviceBuffer thresholdGradient, int samples) => throw new NotImplementedException();

    // INormalisationOperations
    public void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples) => throw new NotImplementedException();
    public void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon, Activation output, int samples) => throw new NotImplementedException();
    public void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance, float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples) => throw new NotImplementedException();

    // IProgressOperations
    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples) => throw new NotImplementedException();
    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples) => throw new NotImplementedException();

    // ITrainingOperations
    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay) => throw new NotImplementedException();
}
