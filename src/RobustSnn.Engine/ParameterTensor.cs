using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
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
    private long clampedVersion = -1;

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

    /// <summary>Scores that say which elements count, where pruning is being learned; null otherwise.</summary>
    public ScoredMask? Mask { get; private set; }

    /// <summary>Whether optimiser steps leave the value as it is.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>The optimiser's settings of this parameter, made of those of the step; null for the same.</summary>
    public Func<SgdSettings, SgdSettings>? Settings { get; set; }

    /// <summary>The values as the dense tensor: 0 where nothing exists.</summary>
    public float[] ToDense() => Expand(Value);

    /// <summary>The gradient as the dense tensor: 0 where nothing exists; null where there is none.</summary>
    public float[]? GradientToDense() => Gradient is null ? null : Expand(Gradient);

    /// <summary>
    /// Sets the values from the dense tensor. A pruned element is 0 by
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
        Mask?.Dispose();
    }

    /// <summary>What layers compute with: the value, or as much of it as its mask keeps.</summary>
    internal DeviceBuffer Effective => Mask?.Masked ?? Value;

    /// <summary>What backward passes add dL/d(effective value) to.</summary>
    internal DeviceBuffer? EffectiveGradient => Mask is null ? Gradient : Mask.MaskedGradient;

    /// <summary>Bytes on the device.</summary>
    /// <param name="forTraining">With gradient and momentum, whether they are there or not.</param>
    internal long Bytes(bool forTraining)
    {
        var trains = Gradient is not null || (forTraining && Specification.Trainable);
        return (trains ? 3 : 1) * Value.Bytes + (Mask?.Bytes(trains) ?? 0);
    }

    internal void PrepareTraining()
    {
        if (Specification.Trainable)
        {
            Gradient ??= backend.Allocate(Value.Length);
            Velocity ??= backend.Allocate(Value.Length);
            Mask?.PrepareTraining();
        }
    }

    /// <summary>Makes what follows from the value, if it has changed.</summary>
    internal void Prepare()
    {
        Mask?.Prepare();
        if (Specification.Kind.IsThreshold && clampedVersion != Value.Version)
        {
            backend.ClampBelow(Value, SpikingModel.SmallestThreshold);
            clampedVersion = Value.Version;
        }
    }

    internal void ClearGradients()
    {
        Mask?.ClearGradients();
        if (Gradient is not null)
        {
            backend.Fill(Gradient, 0);
        }
    }

    internal void ClearVelocities()
    {
        foreach (var velocity in new[] { Velocity, Mask?.ScoreVelocity })
        {
            if (velocity is not null)
            {
                backend.Fill(velocity, 0);
            }
        }
    }

    /// <summary>From the gradient of masked values to those of scores and of the values that were kept.</summary>
    internal void FinishGradients()
    {
        if (Mask?.MaskedGradient is { } gradient)
        {
            Mask.PassGradientOn();
            if (!IsFrozen)
            {
                backend.KeepLargest(Mask.Scores, gradient, Mask.Kept, Gradient!);
            }
        }
    }

    internal void SgdStep(SgdSettings step)
    {
        if (!Specification.Trainable)
        {
            return;
        }

        if (Gradient is null || Velocity is null)
        {
            throw new InvalidOperationException("SgdStep before PrepareTraining");
        }

        Mask?.SgdStep(step);
        if (!IsFrozen)
        {
            var settings = Settings?.Invoke(step) ?? step;
            backend.SgdStep(Value, Gradient, Velocity, settings.LearningRate, settings.Momentum, settings.WeightDecay);
        }
    }

    internal ScoredMask Score(long kept)
    {
        Mask = new ScoredMask(backend, Value, kept);
        if (Gradient is not null)
        {
            Mask.PrepareTraining();
        }

        return Mask;
    }

    internal void Prune(SparsityPattern? pattern)
    {
        Mask?.Dispose();
        Mask = null;
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
