using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

// Operations that are not written yet: each leaves this file when it is.
public sealed partial class CudaBackend
{

    // IAttackOperations
    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean, DeviceBuffer square, float radius, DeviceBuffer output, int samples) => throw new NotImplementedException();
    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples) => throw new NotImplementedException();
    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples) => throw new NotImplementedException();

    // IBufferOperations
    public void Fill(DeviceBuffer target, float value) => throw new NotImplementedException();
    public void Copy(DeviceBuffer source, DeviceBuffer target, long count) => throw new NotImplementedException();
    public void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source) => throw new NotImplementedException();
    public void ClampBelow(DeviceBuffer target, float minimum) => throw new NotImplementedException();
    public void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key) => throw new NotImplementedException();
    public void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples) => throw new NotImplementedException();

    // IElementwiseOperations
    public void Unpack(Activation spikes, Activation output, int samples) => throw new NotImplementedException();
    public void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples) => throw new NotImplementedException();

    // IImageOperations
    public void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples) => throw new NotImplementedException();
    public void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples) => throw new NotImplementedException();

    // IJoiningOperations
    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples) => throw new NotImplementedException();
    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index, int samples) => throw new NotImplementedException();

    // IJudgementOperations
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples) => throw new NotImplementedException();
    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples) => throw new NotImplementedException();
    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples) => throw new NotImplementedException();
    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples) => throw new NotImplementedException();
    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples) => throw new NotImplementedException();
    public void DropSamples(DeviceBuffer dropped, Activation values, int samples) => throw new NotImplementedException();
    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples) => throw new NotImplementedException();

    // ILogitOperations
    public void Readout(Activation scores, DeviceBuffer logits, int samples) => throw new NotImplementedException();
    public void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples) => throw new NotImplementedException();
    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale, DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null) => throw new NotImplementedException();

    // IMaskOperations
    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target) => throw new NotImplementedException();
    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target) => throw new NotImplementedException();
    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index) => throw new NotImplementedException();

    // INeuronOperations

    // IPoolingOperations
    public void AveragePool(Activation input, Activation output, int samples) => throw new NotImplementedException();
    public void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void MaxPool(Activation input, Activation output, int samples) => throw new NotImplementedException();
    public void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();
    public void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples) => throw new NotImplementedException();
    public void OverlappingMaxPoolGradient(PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples) => throw new NotImplementedException();

    // IProgressOperations
    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples) => throw new NotImplementedException();
    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples) => throw new NotImplementedException();

    // IReductionOperations
    public void Sum(Activation values, DeviceBuffer target, int index, int samples) => throw new NotImplementedException();
    public void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples) => throw new NotImplementedException();

    // ITrainingOperations
    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay) => throw new NotImplementedException();
}
