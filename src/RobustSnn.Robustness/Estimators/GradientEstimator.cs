using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Estimators;

/// <summary>Which pass gives the input gradient of a spiking network (METHODS 1, Backward).</summary>
public enum EstimatorKind
{
    /// <summary>Backward through time, with a surrogate for the spike's derivative (BPTT).</summary>
    Surrogate,

    /// <summary>Backward through rate (BPTR).</summary>
    Rate,

    /// <summary>The gradient of the T = 0 network with the same weights (Act).</summary>
    Activation,
}

/// <summary>One way to get an input gradient from a network. On an ANN all of them are the plain gradient.</summary>
/// <param name="Surrogate">Used by <see cref="EstimatorKind.Surrogate"/> only.</param>
public readonly record struct GradientEstimator(EstimatorKind Kind, Surrogate Surrogate)
{
    /// <summary>BPTT with PCW, γ = 1: what both papers train with.</summary>
    public static GradientEstimator Default { get; } = Through(Surrogate.Default);

    public static GradientEstimator Rate { get; } = new(EstimatorKind.Rate, Surrogate.Default);

    public static GradientEstimator Activation { get; } = new(EstimatorKind.Activation, Surrogate.Default);

    /// <summary>BPTT with that surrogate.</summary>
    public static GradientEstimator Through(Surrogate surrogate) => new(EstimatorKind.Surrogate, surrogate);

    /// <summary>How the gradient gets through the neurons of the pass.</summary>
    public NeuronGradient Neurons => new(Surrogate, Kind == EstimatorKind.Rate);

    /// <summary>As in the golden files: bptt.PCW.1.0, …, bptr, act.</summary>
    public string Name => Kind switch
    {
        EstimatorKind.Surrogate => $"bptt.{GradientEstimators.NameOf(Surrogate.Kind)}.{Width}",
        EstimatorKind.Rate => "bptr",
        EstimatorKind.Activation => "act",
        _ => throw new InvalidOperationException($"{Kind} is not a kind of estimator"),
    };

    private string Width => Surrogate.Width.ToString("0.0###", CultureInfo.InvariantCulture);

    public override string ToString() => Name;
}
