using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>How a current follows from what is read.</summary>
internal interface ICurrent
{
    /// <param name="channel">Channel that is read.</param>
    /// <param name="factor">Of the channel.</param>
    /// <param name="shift">Of the channel.</param>
    void Load(int channel, out Vector512<float> factor, out Vector512<float> shift);

    Vector512<float> Of(Vector512<float> value, Vector512<float> factor, Vector512<float> shift);
}

/// <summary>What is read is the current.</summary>
internal readonly struct PlainCurrent : ICurrent
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(int channel, out Vector512<float> factor, out Vector512<float> shift) => factor = shift = Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Of(Vector512<float> value, Vector512<float> factor, Vector512<float> shift) => value;
}

/// <summary>BatchNorm of what is read is the current: factor·value + shift, rounded as <see cref="CpuBackend.BatchNorm"/> rounds it.</summary>
/// <param name="factors">Two a channel.</param>
internal readonly unsafe struct NormalisedCurrent(float* factors) : ICurrent
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(int channel, out Vector512<float> factor, out Vector512<float> shift)
    {
        factor = Vector512.Create(factors[2 * channel]);
        shift = Vector512.Create(factors[2 * channel + 1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Of(Vector512<float> value, Vector512<float> factor, Vector512<float> shift) =>
        Vector512.MultiplyAddEstimate(value, factor, shift);
}
