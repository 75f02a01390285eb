namespace RobustSnn.Engine.Operations;

/// <summary>How the size of a perturbation is measured.</summary>
public enum Norm
{
    /// <summary>L∞: the largest change of a pixel.</summary>
    Infinity,

    /// <summary>L2: the square root of the sum of squared changes of an image.</summary>
    Euclidean,
}

/// <summary>How far an attack may change an image: the ball round it, of which the part in [0,1] counts.</summary>
/// <param name="Norm">What is measured.</param>
/// <param name="Radius">ε, in pixel units of [0,1].</param>
public readonly record struct Budget(Norm Norm, float Radius)
{
    /// <summary>An L∞ ball: what the papers attack in.</summary>
    public static Budget Pixels(float radius) => new(Norm.Infinity, radius);
}
