using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Pruning;

/// <summary>
/// Learned masks whose layers learn their kept shares too (METHODS 5): k = (1 − k_min)·σ(r) + k_min with k_min = 0.1·(1 − κ); every r begins
/// where k is the target share 1 − κ. The gradient of k is the sum of those of the layer's mask, dL/d(masked weight)·w over all its weights,
/// and that of the penalty γ·max(kept / total / (1 − κ) − 1, 0), where kept = Σ k·size. γ = (epoch + 1)·γ_0, but stays what it was after an
/// epoch that met the target.
/// </summary>
/// <remarks>Rates are trained as scores are, but do not decay: weight decay would draw every layer towards half of its weights.</remarks>
internal sealed class NonUniformMasks : LearnedMasks
{
    private const double LeastOfTarget = 0.1;

    /// <summary>Where σ is 1 to a float's precision: a target of nearly all weights asks for more, and for no finite number.</summary>
    private const float LargestFirstRate = 16;

    /// <summary>Less than half a weight too many is none: shares begin on the target, give or take what a float cannot say.</summary>
    private const double Rounding = 0.5;

    private readonly double growth;
    private readonly double target; // 1 − κ
    private readonly double least; // k_min
    private readonly int total;
    private readonly int kept;
    private readonly float[] rates;
    private readonly float[] velocities;
    private readonly float[] penalty = [0]; // γ
    private readonly DeviceBuffer sums;
    private readonly double[] sumsOnHost;

    public NonUniformMasks(SpikingModel model, double sparsity, double growth)
        : base(model, [.. Sizes(model).Select(size => AtLeastOne(size, sparsity))])
    {
        this.growth = growth;
        total = Weights.Sum(each => each.Specification.Count);
        kept = KeptCounts.Of(total, sparsity);
        if (kept < Masks.Count)
        {
            throw new BadInputException(
                $"harp expects a sparsity that leaves each of the {Masks.Count} layers a weight, found {sparsity}, which leaves {kept} of {total} weights. Prune less");
        }

        target = 1 - sparsity;
        least = LeastOfTarget * target;
        var first = (target - least) / (1 - least); // σ(r)
        rates = new float[Masks.Count];
        Array.Fill(rates, Math.Clamp((float)Math.Log(first / (1 - first)), -LargestFirstRate, LargestFirstRate));
        velocities = new float[Masks.Count];
        sums = model.Backend.Allocate(Masks.Count, ElementType.Float64);
        sumsOnHost = new double[Masks.Count];
    }

    /// <summary>To within what rounding a layer's share to whole weights changes.</summary>
    public override bool MeetsTarget => Masks.Sum(mask => mask.Kept) <= kept + Masks.Count;

    public override IReadOnlyList<LearnedState> State =>
    [
        .. base.State,
        new LearnedState("rates", () => [.. rates], SetRates),
        new LearnedState("rates_velocity", () => [.. velocities], values => values.CopyTo(velocities, 0)),
        new LearnedState("penalty", () => [.. penalty], values => values.CopyTo(penalty, 0)),
    ];

    public override void BeginEpoch(int epoch)
    {
        if (epoch == 0 || !MeetsTarget)
        {
            penalty[0] = (float)((epoch + 1) * growth);
        }
    }

    public override void BeforeStep(SgdSettings settings)
    {
        for (var i = 0; i < Masks.Count; i++)
        {
            Masks[i].SumMaskGradient(sums, i);
        }

        sums.DownloadAs<double>(sumsOnHost);
        var isAbove = Weights.Select((each, i) => Share(rates[i]) * each.Specification.Count).Sum() > target * total + Rounding;
        for (var i = 0; i < rates.Length; i++)
        {
            var ofPenalty = isAbove ? penalty[0] * Weights[i].Specification.Count / (target * total) : 0;
            var sigmoid = Sigmoid(rates[i]);
            var gradient = (float)((sumsOnHost[i] + ofPenalty) * (1 - least) * sigmoid * (1 - sigmoid));
            velocities[i] = settings.Momentum * velocities[i] + gradient;
            rates[i] -= settings.LearningRate * velocities[i];
        }

        ApplyShares();
    }

    /// <summary>The shares, brought to exactly what was asked for.</summary>
    protected override IReadOnlyList<int> FinalCounts()
    {
        sums.Dispose();
        int[] sizes = [.. Weights.Select(each => each.Specification.Count)];
        return KeptCounts.Divide([.. rates.Select((rate, i) => Share(rate) * sizes[i])], sizes, kept);
    }

    private static IEnumerable<int> Sizes(SpikingModel model) =>
        model.Parameters.All.Where(each => each.Specification.Prunable).Select(each => each.Specification.Count);

    private static double Sigmoid(double rate) => 1 / (1 + Math.Exp(-rate));

    private double Share(float rate) => (1 - least) * Sigmoid(rate) + least;

    private void SetRates(float[] values)
    {
        values.CopyTo(rates, 0);
        ApplyShares();
    }

    private void ApplyShares()
    {
        for (var i = 0; i < Masks.Count; i++)
        {
            var size = Weights[i].Specification.Count;
            Masks[i].Kept = Math.Clamp((long)Math.Round(Share(rates[i]) * size), 1, size);
        }
    }
}
