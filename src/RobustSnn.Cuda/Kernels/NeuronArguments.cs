using System.Runtime.InteropServices;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Kernels;

// What kernels of neurons take beside activations: native/kernels/neuron.h, backward.h and normalisation.h have the same fields in the same order.

/// <summary>What a membrane does over a step, besides firing.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NeuronRule(float Leak, int IsSoft)
{
    public static NeuronRule Of(NeuronModel neuron) => new((float)neuron.Leak, neuron.Reset.IsSoft ? 1 : 0);
}

/// <summary>v_th: one float for all channels, with a stride of 0, or one a channel.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ThresholdsView(ulong Values, int Stride);

/// <summary>BatchNorm's parameters, one float a channel each; none at all where values are as they are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NormalisationView(ulong Scale, ulong Shift, ulong Mean, ulong Variance, float Epsilon);

/// <summary>A surrogate's derivative.</summary>
/// <param name="Height">1/width² of the piecewise linear one, what the others are at most.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SurrogateView(int Kind, float Width, float Height)
{
    private const int PiecewiseLinear = 0;
    private const int Exponential = 1;
    private const int Rectangular = 2;
    private const int StraightThrough = 3;

    public static SurrogateView Of(Surrogate surrogate) => surrogate.Kind switch
    {
        SurrogateKind.PiecewiseLinear => new(PiecewiseLinear, surrogate.Width, 1 / (surrogate.Width * surrogate.Width)),
        SurrogateKind.Exponential => new(Exponential, surrogate.Width, 1),
        SurrogateKind.DampedExponential => new(Exponential, surrogate.Width, 0.3f),
        SurrogateKind.Rectangular => new(Rectangular, surrogate.Width, 1 / surrogate.Width),
        SurrogateKind.StraightThrough => new(StraightThrough, surrogate.Width, 1),
    };
}

/// <summary>RGA's slopes (<see cref="RateSlope"/>) for a leak.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RateSlopeView(float Damping, float Firing, float Saturation)
{
    public static RateSlopeView Of(NeuronModel neuron) =>
        new((float)RateSlope.Damping, (float)RateSlope.Firing((float)neuron.Leak), (float)RateSlope.Saturation);
}
