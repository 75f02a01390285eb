using System.Globalization;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Estimators;

/// <summary>
/// One way to get an input gradient from a spiking network (METHODS 1, Backward, and 10); on an ANN all of them are the plain gradient.
/// A closed union, taken apart by an <see cref="IEstimatorVisitor{TResult}"/>: who adds a case is told by the compiler where it is missing.
/// </summary>
public abstract record GradientEstimator
{
    private GradientEstimator()
    {
    }

    /// <summary>BPTT with PCW, γ = 1: what both papers train with.</summary>
    public static GradientEstimator Default { get; } = Through(Surrogate.Default);

    public static GradientEstimator Rate { get; } = new ThroughRate();

    /// <summary>RGA (METHODS 10).</summary>
    public static GradientEstimator MeanCurrent { get; } = new ThroughMeanCurrent();

    /// <summary>HART (METHODS 10).</summary>
    public static GradientEstimator MeanGradient { get; } = new ThroughMeanGradient();

    public static GradientEstimator Activation { get; } = new ThroughActivation();

    /// <summary>As in the golden files: bptt.PCW.1.0, …, bptr, act; bptt.ASSG.0.425 for c = 0.425, bptt.PDSG, rga, hart.</summary>
    public string Name => Accept(Namer.Instance);

    /// <summary>Whether the forward pass is the network that spikes, where it has timesteps.</summary>
    public virtual bool Spikes => true;

    /// <summary>The surrogate that adapts, if it does.</summary>
    public virtual AdaptiveSurrogate? Adapting => null;

    /// <summary>BPTT with that surrogate.</summary>
    public static GradientEstimator Through(Surrogate surrogate) => new ThroughTime(surrogate);

    /// <summary>BPTT with a surrogate that adapts to the membranes of a pass, or of all passes of an attack's run.</summary>
    public static GradientEstimator Through(AdaptiveSurrogate surrogate) => new ThroughTimeAdapting(surrogate);

    public abstract TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor);

    public sealed override string ToString() => Name;

    /// <summary>Backward through time, with a surrogate for the spike's derivative (BPTT).</summary>
    public sealed record ThroughTime(Surrogate Surrogate) : GradientEstimator
    {
        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughTime(Surrogate);
    }

    /// <summary>The same with a surrogate that adapts to the pass, and to what it has seen since the run began.</summary>
    public sealed record ThroughTimeAdapting(AdaptiveSurrogate Surrogate) : GradientEstimator
    {
        public override AdaptiveSurrogate Adapting => Surrogate;

        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughTimeAdapting(Surrogate);
    }

    /// <summary>Backward through rate (BPTR).</summary>
    public sealed record ThroughRate : GradientEstimator
    {
        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughRate();
    }

    /// <summary>Backward through a slope of each neuron's mean current (RGA).</summary>
    public sealed record ThroughMeanCurrent : GradientEstimator
    {
        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughMeanCurrent();
    }

    /// <summary>Backward step by step, each layer's gradient then averaged over the steps (HART).</summary>
    public sealed record ThroughMeanGradient : GradientEstimator
    {
        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughMeanGradient();
    }

    /// <summary>The gradient of the T = 0 network with the same weights (Act).</summary>
    public sealed record ThroughActivation : GradientEstimator
    {
        public override bool Spikes => false;

        public override TResult Accept<TResult>(IEstimatorVisitor<TResult> visitor) => visitor.ThroughActivation();
    }

    private sealed class Namer : IEstimatorVisitor<string>
    {
        public static Namer Instance { get; } = new();

        public string ThroughTime(Surrogate surrogate) =>
            $"bptt.{GradientEstimators.NameOf(surrogate.Kind)}.{surrogate.Width.ToString("0.0###", CultureInfo.InvariantCulture)}";

        public string ThroughTimeAdapting(AdaptiveSurrogate surrogate) => $"bptt.{surrogate.Name}";

        public string ThroughRate() => "bptr";

        public string ThroughMeanCurrent() => "rga";

        public string ThroughMeanGradient() => "hart";

        public string ThroughActivation() => "act";
    }
}

/// <summary>What is done with an estimator, case by case.</summary>
public interface IEstimatorVisitor<out TResult>
{
    TResult ThroughTime(Surrogate surrogate);

    TResult ThroughTimeAdapting(AdaptiveSurrogate surrogate);

    TResult ThroughRate();

    TResult ThroughMeanCurrent();

    TResult ThroughMeanGradient();

    TResult ThroughActivation();
}
