using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Reference;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>The reference backend on plain arrays: activations are (step, sample, channel, row, column).</summary>
public static class HostValues
{
    public static ReferenceBackend Backend { get; } = new();

    public static Activation Activation(ActivationShape shape, params ReadOnlySpan<float> values)
    {
        var activation = Empty(shape);
        activation.FromHost(values, shape.Lanes.Batch);
        return activation;
    }

    public static Activation Empty(ActivationShape shape) => new(shape, Backend.Allocate(shape.Length));

    public static DeviceBuffer Buffer(params ReadOnlySpan<float> values)
    {
        var buffer = Backend.Allocate(values.Length);
        buffer.Upload(values);
        return buffer;
    }

    public static float[] Values(this Activation activation) => activation.ToHost(activation.Shape.Lanes.Batch);

    public static ActivationShape Shape(int channels, int rows, int columns, int border = 0, int batch = 1, int timesteps = 0) =>
        new(channels, rows, columns, border, LaneLayout.Choose(batch, timesteps));
}
