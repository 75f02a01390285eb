using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>One parameter of a network on the device: its value and, where it is being trained, its gradient and momentum.</summary>
public sealed class ParameterTensor : IDisposable
{
    private readonly IBackend backend;

    internal ParameterTensor(Parameter specification, IBackend backend)
    {
        Specification = specification;
        this.backend = backend;
        Value = backend.Allocate(specification.Count);
    }

    /// <summary>Name, dimensions and kind, from the network.</summary>
    public Parameter Specification { get; }

    public string Name => Specification.Name;

    /// <summary>Its values, row by row in the order of <see cref="Parameter.Dimensions"/>.</summary>
    public DeviceBuffer Value { get; }

    /// <summary>dL/dvalue, once <see cref="ParameterSet.PrepareTraining"/> has run and if it is trainable.</summary>
    public DeviceBuffer? Gradient { get; private set; }

    /// <summary>The optimiser's momentum, likewise.</summary>
    public DeviceBuffer? Velocity { get; private set; }

    /// <summary>1 where a weight exists and 0 where it was pruned; null where nothing was.</summary>
    public DeviceBuffer? Mask { get; private set; }

    public void Dispose()
    {
        Value.Dispose();
        Gradient?.Dispose();
        Velocity?.Dispose();
        Mask?.Dispose();
    }

    internal void PrepareTraining()
    {
        if (Specification.Trainable)
        {
            Gradient ??= backend.Allocate(Value.Length);
            Velocity ??= backend.Allocate(Value.Length);
        }
    }

    internal void SetMask(ReadOnlySpan<float> mask)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, Value.Length, nameof(mask));
        Mask ??= backend.Allocate(Value.Length);
        Mask.Upload(mask);
        backend.Multiply(Value, Mask);
        if (Velocity is not null)
        {
            backend.Multiply(Velocity, Mask);
        }
    }
}
