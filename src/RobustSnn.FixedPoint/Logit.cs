namespace RobustSnn.FixedPoint;

/// <summary>What the sum of a class's currents over the timesteps stands for.</summary>
internal static class Logit
{
    /// <summary>Their mean, at the scale of 2^−exponent.</summary>
    public static float Of(long sum, int timesteps, int exponent) => (float)Math.ScaleB((double)sum / timesteps, -exponent);
}
