using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>The optimiser.</summary>
public interface ITrainingOperations
{
    /// <summary>PyTorch's SGD: g = gradient + weightDecay·value; velocity = momentum·velocity + g; value −= learningRate·velocity.</summary>
    void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay);
}
