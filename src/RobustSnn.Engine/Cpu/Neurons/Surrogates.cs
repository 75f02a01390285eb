using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu;

/// <summary>ds/dz of 16 neurons at once; <see cref="Surrogate.Derivative"/> is the same in scalar form.</summary>
internal interface ISurrogate
{
    Vector512<float> Derivative(Vector512<float> z);
}

internal readonly struct PiecewiseLinear(float width) : ISurrogate
{
    public Vector512<float> Derivative(Vector512<float> z) =>
        Vector512.Max(Vector512.Create(width) - Vector512.Abs(z), Vector512<float>.Zero) * (1f / (width * width));
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
