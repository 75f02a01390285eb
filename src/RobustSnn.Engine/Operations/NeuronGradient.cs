namespace RobustSnn.Engine.Operations;

/// <summary>Which way a gradient takes backward through a layer of neurons that ran with T &gt; 0.</summary>
public enum NeuronPath
{
    /// <summary>BPTT: through time, with the surrogate for the spike's derivative (<see cref="INeuronOperations.NeuronGradient"/>).</summary>
    Time,

    /// <summary>BPTR: dL/ds[t] goes on to I[t] where the neuron fired in any step (<see cref="INeuronOperations.NeuronRateGradient"/>).</summary>
    Rate,

    /// <summary>RGA: dL/ds[t] goes on times a slope of the mean current (<see cref="INeuronOperations.NeuronMeanCurrentGradient"/>).</summary>
    MeanCurrent,

    /// <summary>HART: each step by itself, then the mean over the steps (<see cref="INeuronOperations.NeuronMeanGradient"/>).</summary>
    MeanGradient,
}

/// <summary>How a gradient gets backward through the neurons of a pass that was run with T &gt; 0.</summary>
/// <param name="Surrogate">Of the way through time; the others do not use it.</param>
public readonly record struct NeuronGradient(Surrogate Surrogate, NeuronPath Path)
{
    public static NeuronGradient Default { get; } = new(Surrogate.Default, NeuronPath.Time);

    public static NeuronGradient Rate { get; } = new(Surrogate.Default, NeuronPath.Rate);

    public static NeuronGradient MeanCurrent { get; } = new(Surrogate.Default, NeuronPath.MeanCurrent);

    public static NeuronGradient MeanGradient { get; } = new(Surrogate.Default, NeuronPath.MeanGradient);
}

/// <summary>RGA's slope of a neuron's rate (METHODS 10), in units of v_th: derivative ds̄/dx̄ at the mean current x̄.</summary>
public static class RateSlope
{
    /// <summary>γ: the slope of currents that a leak keeps below the threshold.</summary>
    public const double Damping = 0.2;

    /// <summary>Mean currents above it change the rate no more.</summary>
    public const double Saturation = 2;

    /// <summary>(1 − γ + γ·leak)/(1 + leak): the slope of currents that reach the threshold.</summary>
    public static double Firing(double leak) => (1 - Damping + Damping * leak) / (1 + leak);

    /// <param name="mean">x̄ = mean over t of I[t]/v_th.</param>
    public static double Of(double mean, double leak) =>
        mean is not (>= 0 and <= Saturation) ? 0 : mean < 1 - leak ? Damping : Firing(leak);
}
