using System.Runtime.Intrinsics;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>ds/dz of 16 neurons at once; <see cref="Surrogate.Derivative"/> is the same in scalar form.</summary>
internal interface ISurrogate
{
    /// <param name="step">The timestep, for derivatives that are not the same at all.</param>
    Vector512<float> Derivative(Vector512<float> z, int step);
}

/// <summary>What is run with a surrogate as a type, so that its arithmetic is compiled into the loop.</summary>
internal interface ISurrogateUser
{
    void Use<TSurrogate>(TSurrogate surrogate)
        where TSurrogate : struct, ISurrogate;
}

internal static class SurrogateKinds
{
    public static void Hand<TUser>(this Surrogate surrogate, TUser user)
        where TUser : struct, ISurrogateUser
    {
        var width = surrogate.Width;
        _ = surrogate.Kind switch // an expression, of which the compiler sees what is missing
        {
            SurrogateKind.PiecewiseLinear => Use(user, new PiecewiseLinear(width)),
            SurrogateKind.Exponential => Use(user, new Exponential(1, width)),
            SurrogateKind.DampedExponential => Use(user, new Exponential(0.3f, width)),
            SurrogateKind.Rectangular => Use(user, new Rectangular(width)),
            SurrogateKind.StraightThrough => Use(user, default(StraightThrough)),
        };
    }

    private static bool Use<TUser, TSurrogate>(TUser user, TSurrogate surrogate)
        where TUser : struct, ISurrogateUser
        where TSurrogate : struct, ISurrogate
    {
        user.Use(surrogate);
        return true;
    }
}

internal readonly struct PiecewiseLinear(float width) : ISurrogate
{
    private readonly float width = width;
    private readonly float slope = 1f / (width * width);

    public Vector512<float> Derivative(Vector512<float> z, int step) =>
        Vector512.Max(Vector512.Create(width) - Vector512.Abs(z), Vector512<float>.Zero) * slope;
}

internal readonly struct Exponential(float height, float width) : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z, int step) => Vector512.Exp(Vector512.Abs(z) * -width) * height;
}

internal readonly struct Rectangular(float width) : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z, int step) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(z), Vector512.Create(width / 2)), Vector512.Create(1f / width),
            Vector512<float>.Zero);
}

internal readonly struct StraightThrough : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z, int step) => Vector512<float>.One;
}
