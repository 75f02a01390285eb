using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

internal sealed class NormaliseStep(
    DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, Activation? gradient, DeviceBuffer pixelGradient) : Step
{
    public override void Forward(IBackend backend, in Pass pass) => backend.Normalise(pixels, mean, deviation, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (pixelGradient.Length > 0) // training does not ask for it
        {
            backend.NormaliseGradient(gradient!, deviation, pixelGradient, pass.Samples);
        }
    }
}
