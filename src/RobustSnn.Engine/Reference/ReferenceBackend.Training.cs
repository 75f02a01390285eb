using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>g = gradient + weightDecay·value; velocity = momentum·velocity + g; value −= learningRate·velocity</summary>
    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay)
    {
        var x = HostBuffer.Changing(value);
        var dx = HostBuffer.Of(gradient);
        var velocities = HostBuffer.Of(velocity);
        for (var i = 0; i < x.Length; i++)
        {
            var g = dx[i] + (double)weightDecay * x[i];
            velocities[i] = (float)((double)momentum * velocities[i] + g);
            x[i] = (float)(x[i] - (double)learningRate * velocities[i]);
        }
    }
}
