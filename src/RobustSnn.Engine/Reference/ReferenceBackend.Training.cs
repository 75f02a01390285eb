namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>g = gradient + weightDecay·value; velocity = momentum·velocity + g; value −= learningRate·velocity; where mask = 0 both are 0</summary>
    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, DeviceBuffer? mask, float learningRate, float momentum,
        float weightDecay)
    {
        var x = HostBuffer.Of(value);
        var dx = HostBuffer.Of(gradient);
        var velocities = HostBuffer.Of(velocity);
        for (var i = 0; i < x.Length; i++)
        {
            if (mask is not null && HostBuffer.Of(mask)[i] == 0)
            {
                x[i] = velocities[i] = 0;
                continue;
            }

            var g = dx[i] + (double)weightDecay * x[i];
            velocities[i] = (float)((double)momentum * velocities[i] + g);
            x[i] = (float)(x[i] - (double)learningRate * velocities[i]);
        }
    }
}
