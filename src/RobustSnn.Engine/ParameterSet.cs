using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>All parameters of a network on a device, by the names of the reference's state_dict.</summary>
public sealed class ParameterSet : IDisposable
{
    private bool areFinished;
    private readonly ParameterTensor[] all; // enumerating an array allocates nothing
    private readonly Dictionary<string, ParameterTensor> byName;

    internal ParameterSet(Network network, IBackend backend)
    {
        all = [.. Parameters.ofNetwork(network).Select(parameter => new ParameterTensor(parameter, backend))];
        byName = all.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of the network's nodes.</summary>
    public IReadOnlyList<ParameterTensor> All => all;

    internal ReadOnlySpan<ParameterTensor> Span => all;

    /// <exception cref="KeyNotFoundException">The network has no such parameter.</exception>
    public ParameterTensor this[string name] =>
        byName.TryGetValue(name, out var parameter) ? parameter : throw new KeyNotFoundException($"the network has no parameter '{name}'");

    /// <summary>Whether the network has a parameter of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>Bytes on the device.</summary>
    /// <param name="forTraining">With what <see cref="PrepareTraining"/> allocates, whether it has run or not.</param>
    public long Bytes(bool forTraining) => all.Sum(parameter => parameter.Bytes(forTraining));

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
        areFinished = false;
        foreach (var parameter in all)
        {
            parameter.ClearGradients();
        }
    }

    /// <summary>
    /// To be called between the backward passes and whatever reads or changes gradients before <see cref="SgdStep"/>, which otherwise does it
    /// itself: gradients of masked weights become those of their scores and of the weights that are kept.
    /// </summary>
    public void FinishGradients()
    {
        if (!areFinished)
        {
            foreach (var parameter in all)
            {
                parameter.FinishGradients();
            }

            areFinished = true;
        }
    }

    /// <summary>Forgets the optimiser's momentum: a new stage of training starts from rest.</summary>
    public void ClearVelocities()
    {
        foreach (var parameter in all)
        {
            parameter.ClearVelocities();
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
    }

    /// <summary>
    /// Begins to learn which elements of a parameter count: until it is pruned, layers see only those with the largest |score|. Scores are 0
    /// at first.
    /// </summary>
    /// <param name="name">A prunable parameter that is not pruned.</param>
    /// <param name="kept">How many elements count: 1 to all.</param>
    /// <exception cref="ArgumentException">The parameter is not prunable, pruned already, or masked already.</exception>
    public ScoredMask Score(string name, long kept)
    {
        var parameter = this[name];
        if (!parameter.Specification.Prunable || parameter.Pattern is not null || parameter.Mask is not null)
        {
            throw new ArgumentException($"'{name}' expected a dense weight of a convolution or linear layer without a mask", nameof(name));
        }

        return parameter.Score(kept);
    }

    /// <summary>One step of SGD with momentum on every trainable parameter that is not frozen, with its own settings where it has some.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PrepareTraining"/> has not run.</exception>
    public void SgdStep(SgdSettings settings)
    {
        FinishGradients();
        foreach (var parameter in all)
        {
            parameter.SgdStep(settings);
        }
    }

    public void Dispose()
    {
        foreach (var parameter in all)
        {
            parameter.Dispose();
        }
    }
}
