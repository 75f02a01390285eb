using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>The neuron's equation (METHODS 1) for 16 neurons: once for passes forward and for backward ones that make membranes anew, to the last bit.</summary>
internal readonly struct NeuronDynamics
{
    private readonly float leak;
    private readonly bool soft;
    private readonly float threshold;

    public NeuronDynamics(NeuronModel neuron, float threshold)
        : this((float)neuron.Leak, neuron.Reset.IsSoft, threshold)
    {
    }

    private NeuronDynamics(float leak, bool soft, float threshold)
    {
        this.leak = leak;
        this.soft = soft;
        this.threshold = threshold;
    }

    /// <summary>The same neurons with another threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NeuronDynamics With(float otherThreshold) => new(leak, soft, otherThreshold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Integrate(Vector512<float> membrane, Vector512<float> current) => membrane * leak + current;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Fires(Vector512<float> membrane) => Vector512.GreaterThanOrEqual(membrane, Vector512.Create(threshold));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Reset(Vector512<float> membrane, Vector512<float> fires) => Vector512.ConditionalSelect(fires,
        soft ? membrane - Vector512.Create(threshold) : Vector512<float>.Zero, membrane);
}

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
