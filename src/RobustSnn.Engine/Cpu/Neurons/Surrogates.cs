using System.Runtime.Intrinsics;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>ds/dz of 16 neurons at once; <see cref="Surrogate.Derivative"/> is the same in scalar form.</summary>
internal interface ISurrogate
{
    Vector512<float> Derivative(Vector512<float> z);
}

/// <summary>What is run with a surrogate as a type, so that its arithmetic is compiled into the loop.</summary>
internal interface ISurrogateUser
{
    void Use<TSurrogate>(TSurrogate surrogate)
        where TSurrogate : struct, ISurrogate;
}

internal static class SurrogateKinds
{
    /// <exception cref="ArgumentOutOfRangeException">The kind is none.</exception>
    public static void Hand<TUser>(this Surrogate surrogate, TUser user)
        where TUser : struct, ISurrogateUser
    {
        var width = surrogate.Width;
        switch (surrogate.Kind)
        {
            case SurrogateKind.PiecewiseLinear:
                user.Use(new PiecewiseLinear(width));
                break;
            case SurrogateKind.Exponential:
                user.Use(new Exponential(1, width));
                break;
            case SurrogateKind.DampedExponential:
                user.Use(new Exponential(0.3f, width));
                break;
            case SurrogateKind.Rectangular:
                user.Use(new Rectangular(width));
                break;
            case SurrogateKind.StraightThrough:
                user.Use(default(StraightThrough));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(surrogate), surrogate, "not a surrogate");
        }
    }
}

internal readonly struct PiecewiseLinear(float width) : ISurrogate
{
    private readonly float width = width;
    private readonly float slope = 1f / (width * width);

    public Vector512<float> Derivative(Vector512<float> z) =>
        Vector512.Max(Vector512.Create(width) - Vector512.Abs(z), Vector512<float>.Zero) * slope;
}

internal readonly struct Exponential(float height, float width) : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z) => Vector512.Exp(Vector512.Abs(z) * -width) * height;
}

internal readonly struct Rectangular(float width) : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(z), Vector512.Create(width / 2)), Vector512.Create(1f / width),
            Vector512<float>.Zero);
}

internal readonly struct StraightThrough : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z) => Vector512<float>.One;
}
