namespace RobustSnn.Engine.Operations;

/// <summary>What replaces the derivative of a spike in the backward pass (METHODS 1, Backward).</summary>
public enum SurrogateKind
{
    /// <summary>max(0, γ − |z|) / γ²</summary>
    PiecewiseLinear,

    /// <summary>exp(−β·|z|)</summary>
    Exponential,

    /// <summary>0.3·exp(−β·|z|)</summary>
    DampedExponential,

    /// <summary>1/γ where |z| &lt; γ/2</summary>
    Rectangular,

    /// <summary>1</summary>
    StraightThrough,
}

/// <summary>A surrogate derivative ds/dz with z = u − v_th.</summary>
/// <param name="Width">γ, or β for the exponentials; unused by the straight-through one.</param>
public readonly record struct Surrogate(SurrogateKind Kind, float Width)
{
    /// <summary>The default of both papers: PCW with γ = 1.</summary>
    public static Surrogate Default { get; } = new(SurrogateKind.PiecewiseLinear, 1f);

    /// <summary>ds/dz at z.</summary>
    public double Derivative(double z) => Kind switch
    {
        SurrogateKind.PiecewiseLinear => Math.Max(0, Width - Math.Abs(z)) / ((double)Width * Width),
        SurrogateKind.Exponential => Math.Exp(-Width * Math.Abs(z)),
        SurrogateKind.DampedExponential => 0.3 * Math.Exp(-Width * Math.Abs(z)),
        SurrogateKind.Rectangular => Math.Abs(z) < Width / 2 ? 1.0 / Width : 0,
        SurrogateKind.StraightThrough => 1,
    };
}
