using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>One parameter of a network on the device: its value and, where it is being trained, its gradient and momentum.</summary>
/// <remarks>
/// After pruning all three hold the existing elements only, in the pattern's order; <see cref="ToDense"/> and <see cref="FromDense"/> go
/// between them and the dense tensor. Pruning replaces the buffers: nobody keeps one of them over it.
/// </remarks>
public sealed class ParameterTensor : IDisposable
{
    private readonly IBackend backend;

    internal ParameterTensor(Parameter specification, IBackend backend)
    {
        Specification = specification;
        this.backend = backend;
        Value = backend.Allocate(specification.Count);
    }

    /// <summary>Name, dimensions of the dense tensor and kind, from the network.</summary>
    public Parameter Specification { get; }

    public string Name => Specification.Name;

    /// <summary>Which elements exist; null where nothing was pruned.</summary>
    public SparsityPattern? Pattern { get; private set; }

    /// <summary>Its existing values, row by row in the order of <see cref="Parameter.Dimensions"/>.</summary>
    public DeviceBuffer Value { get; private set; }

    /// <summary>dL/dvalue, once <see cref="ParameterSet.PrepareTraining"/> has run and if it is trainable.</summary>
    public DeviceBuffer? Gradient { get; private set; }

    /// <summary>The optimiser's momentum, likewise.</summary>
    public DeviceBuffer? Velocity { get; private set; }

    /// <summary>The values as the dense tensor: 0 where nothing exists.</summary>
    public float[] ToDense() => Expand(Value);

    /// <summary>The gradient as the dense tensor: 0 where nothing exists; null where there is none.</summary>
    public float[]? GradientToDense() => Gradient is null ? null : Expand(Gradient);

    /// <summary>
    /// Sets the values from the dense tensor; <see cref="ParameterSet.Changed"/> is still to be called. A pruned element is 0 by
    /// definition, so that anything else there is refused rather than lost.
    /// </summary>
    /// <exception cref="ArgumentException">Not as many values as the dense tensor has, or one outside the pattern that is not 0.</exception>
    public void FromDense(ReadOnlySpan<float> dense)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dense.Length, Specification.Count, nameof(dense));
        if (Pattern is null)
        {
            Value.Upload(dense);
            return;
        }

        var existing = Pattern.Compact(dense);
        if (dense.Length - dense.Count(0f) > existing.Length - existing.AsSpan().Count(0f))
        {
            throw new ArgumentException($"{Name}: values that are not 0 at elements that were pruned", nameof(dense));
        }

        Value.Upload(existing);
    }

    public void Dispose()
    {
        Value.Dispose();
        Gradient?.Dispose();
        Velocity?.Dispose();
    }

    internal void PrepareTraining()
    {
        if (Specification.Trainable)
        {
            Gradient ??= backend.Allocate(Value.Length);
            Velocity ??= backend.Allocate(Value.Length);
        }
    }

    internal void Prune(SparsityPattern? pattern)
    {
        Value = Move(Value, pattern);
        Gradient = Gradient is null ? null : Move(Gradient, pattern);
        Velocity = Velocity is null ? null : Move(Velocity, pattern);
        Pattern = pattern;
    }

    private float[] Expand(DeviceBuffer existing) => Pattern?.Expand(existing.ToArray()) ?? existing.ToArray();

    private DeviceBuffer Move(DeviceBuffer buffer, SparsityPattern? pattern)
    {
        var dense = Expand(buffer);
        var values = pattern?.Compact(dense) ?? dense;
        var moved = backend.Allocate(values.Length);
        moved.Upload(values);
        buffer.Dispose();
        return moved;
    }
}
