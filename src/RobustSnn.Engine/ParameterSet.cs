using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>All parameters of a network on a device, by the names of the reference's state_dict.</summary>
public sealed class ParameterSet : IDisposable
{
    private readonly IBackend backend;
    private readonly ParameterTensor[] all; // enumerating an array allocates nothing
    private readonly Dictionary<string, ParameterTensor> byName;

    internal ParameterSet(Network network, IBackend backend)
    {
        this.backend = backend;
        all = [.. Parameters.ofNetwork(network).Select(parameter => new ParameterTensor(parameter, backend))];
        byName = all.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of the network's nodes.</summary>
    public IReadOnlyList<ParameterTensor> All => all;

    /// <summary>Changes whenever values may have changed; whoever keeps them in another form compares it.</summary>
    internal int Version { get; private set; }

    internal ReadOnlySpan<ParameterTensor> Span => all;

    /// <exception cref="KeyNotFoundException">The network has no such parameter.</exception>
    public ParameterTensor this[string name] =>
        byName.TryGetValue(name, out var parameter) ? parameter : throw new KeyNotFoundException($"the network has no parameter '{name}'");

    /// <summary>Whether the network has a parameter of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>To be called after writing values by hand: plans then take them over at their next forward pass.</summary>
    public void Changed() => Version++;

    /// <summary>Allocates what training needs: gradients and momenta, all zero.</summary>
    public void PrepareTraining()
    {
        foreach (var parameter in all)
        {
            parameter.PrepareTraining();
        }
    }

    public void ClearGradients()
    {
        foreach (var parameter in all)
        {
            if (parameter.Gradient is { } gradient)
            {
                backend.Fill(gradient, 0);
            }
        }
    }

    /// <summary>Forgets the optimiser's momentum: a new stage of training starts from rest.</summary>
    public void ClearVelocities()
    {
        foreach (var parameter in all)
        {
            if (parameter.Velocity is { } velocity)
            {
                backend.Fill(velocity, 0);
            }
        }
    }

    /// <summary>
    /// Fixes which weights exist (METHODS 5): only they are stored, computed with and trained from here on. Those that existed before keep
    /// value, gradient and momentum; others that come back, as all do without a pattern, are 0 exactly.
    /// </summary>
    /// <param name="name">A prunable parameter, pruned already or not.</param>
    /// <param name="pattern">Which of its elements exist; null for all.</param>
    /// <exception cref="ArgumentException">The parameter is not prunable, or the pattern is of a tensor of another size.</exception>
    public void Prune(string name, SparsityPattern? pattern)
    {
        var parameter = this[name];
        if (!parameter.Specification.Prunable)
        {
            throw new ArgumentException($"'{name}' is no weight of a convolution or linear layer: it is never pruned", nameof(name));
        }

        if (pattern is not null && pattern.DenseCount != parameter.Specification.Count)
        {
            throw new ArgumentException($"'{name}' has {parameter.Specification.Count} elements, the pattern is of {pattern.DenseCount}",
                nameof(pattern));
        }

        parameter.Prune(pattern);
        Changed();
    }

    /// <summary>One step of SGD with momentum on every trainable parameter.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PrepareTraining"/> has not run.</exception>
    public void SgdStep(float learningRate, float momentum, float weightDecay)
    {
        foreach (var parameter in all)
        {
            if (parameter.Specification.Trainable)
            {
                if (parameter.Gradient is null || parameter.Velocity is null)
                {
                    throw new InvalidOperationException("SgdStep before PrepareTraining");
                }

                backend.SgdStep(parameter.Value, parameter.Gradient, parameter.Velocity, learningRate, momentum, weightDecay);
            }
        }

        Changed();
    }

    public void Dispose()
    {
        foreach (var parameter in all)
        {
            parameter.Dispose();
        }
    }
}
