using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine;

/// <summary>
/// A dense parameter of which only a share counts (METHODS 5): every element has a score, and the elements with the largest |score| are kept,
/// as many as wanted to the last one. The gradient passes straight through the mask, so that an element that is not kept can come back.
/// </summary>
/// <remarks>
/// Frozen weights and trained scores are HYDRA's and HARP's pruning: set <see cref="ParameterTensor.IsFrozen"/>. Which of both is trained is the
/// parameter's and the mask's own business.
/// </remarks>
public sealed class ScoredMask : IDisposable
{
    private readonly IBackend backend;
    private readonly DeviceBuffer weights;
    private (long Weights, long Scores, long Kept) masked = (-1, -1, -1);
    private long kept;

    internal ScoredMask(IBackend backend, DeviceBuffer weights, long kept)
    {
        this.backend = backend;
        this.weights = weights;
        Scores = backend.Allocate(weights.Length);
        Masked = backend.Allocate(weights.Length);
        Kept = kept;
    }

    /// <summary>One an element.</summary>
    public DeviceBuffer Scores { get; }

    /// <summary>The weights that count: those that are kept, 0 elsewhere. What layers multiply with.</summary>
    public DeviceBuffer Masked { get; }

    /// <summary>dL/dscore, once training has been prepared.</summary>
    public DeviceBuffer? ScoreGradient { get; private set; }

    /// <summary>The optimiser's momentum of the scores, likewise.</summary>
    public DeviceBuffer? ScoreVelocity { get; private set; }

    /// <summary>dL/d(masked weight), likewise: what layers add to.</summary>
    public DeviceBuffer? MaskedGradient { get; private set; }

    /// <summary>The optimiser's settings of the scores, made of those of the step; null for the same.</summary>
    public Func<SgdSettings, SgdSettings>? Settings { get; set; }

    /// <summary>How many elements are kept: 1 to all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None, or more than there are.</exception>
    public long Kept
    {
        get => kept;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, weights.Length);
            kept = value;
        }
    }

    /// <summary>Which elements the present scores keep.</summary>
    public SparsityPattern Pattern()
    {
        Prepare();
        using var ones = backend.Allocate(weights.Length);
        using var mask = backend.Allocate(weights.Length);
        backend.Fill(ones, 1);
        backend.KeepLargest(Scores, ones, Kept, mask);
        return SparsityPattern.OfMask(mask.ToArray());
    }

    /// <summary>
    /// target[index] = Σ dL/d(masked weight)·w over all elements: straight through the mask, what one more of everything would change. To be
    /// called between the backward passes and the next ones.
    /// </summary>
    /// <param name="target">Of <see cref="ElementType.Float64"/>.</param>
    /// <exception cref="InvalidOperationException">Training has not been prepared.</exception>
    public void SumMaskGradient(DeviceBuffer target, int index) => backend.InnerProduct(
        MaskedGradient ?? throw new InvalidOperationException("no gradient of a mask before PrepareTraining"), weights, target, index);

    public void Dispose()
    {
        Scores.Dispose();
        Masked.Dispose();
        ScoreGradient?.Dispose();
        ScoreVelocity?.Dispose();
        MaskedGradient?.Dispose();
    }

    /// <summary>Bytes on the device, with gradients and momentum or without.</summary>
    internal long Bytes(bool forTraining) => (forTraining ? 5 : 2) * Scores.Bytes;

    internal void PrepareTraining()
    {
        ScoreGradient ??= backend.Allocate(weights.Length);
        ScoreVelocity ??= backend.Allocate(weights.Length);
        MaskedGradient ??= backend.Allocate(weights.Length);
    }

    /// <summary>Masks anew where weights, scores or their number have changed.</summary>
    internal void Prepare()
    {
        var now = (weights.Version, Scores.Version, Kept);
        if (masked != now)
        {
            backend.KeepLargest(Scores, weights, Kept, Masked);
            masked = now;
        }
    }

    internal void ClearGradients()
    {
        if (MaskedGradient is not null && ScoreGradient is not null)
        {
            backend.Fill(MaskedGradient, 0);
            backend.Fill(ScoreGradient, 0);
        }
    }

    /// <summary>dL/dscore += dL/d(masked weight)·w: straight through the mask.</summary>
    internal void PassGradientOn() => backend.MultiplyAdd(MaskedGradient!, weights, ScoreGradient!);

    internal void SgdStep(SgdSettings step)
    {
        var settings = Settings?.Invoke(step) ?? step;
        backend.SgdStep(Scores, ScoreGradient!, ScoreVelocity!, settings.LearningRate, settings.Momentum, settings.WeightDecay);
    }
}
