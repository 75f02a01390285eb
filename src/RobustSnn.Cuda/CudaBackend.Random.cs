using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Cuda;

/// <summary>Random draws (native/kernels/random.cu).</summary>
public sealed partial class CudaBackend
{
    /// <summary>Draws of one block of Philox, which one thread makes.</summary>
    private const int BlockDraws = 4;

    private Kernel<RandomFillArguments> RandomFillUniformKernel => field ??= kernels.Load<RandomFillArguments>("random", "randomFillUniform");

    private Kernel<RandomFillArguments> RandomFillNormalKernel => field ??= kernels.Load<RandomFillArguments>("random", "randomFillNormal");

    private Kernel<RandomFillSamplesArguments> RandomFillSamplesUniformKernel =>
        field ??= kernels.Load<RandomFillSamplesArguments>("random", "randomFillSamplesUniform");

    private Kernel<RandomFillSamplesArguments> RandomFillSamplesNormalKernel =>
        field ??= kernels.Load<RandomFillSamplesArguments>("random", "randomFillSamplesNormal");

    private Kernel<DropoutArguments> DropoutKernel => field ??= kernels.Load<DropoutArguments>("random", "dropout");

    public void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key)
    {
        using var turn = TakeTurn();
        var kernel = OfKind(kind, RandomFillUniformKernel, RandomFillNormalKernel);
        kernel.Launch(LaunchSize.Flat(count / BlockDraws + 1), new RandomFillArguments(Changing(target, count), (ulong)count, key));
    }

    public void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples)
    {
        using var turn = TakeTurn();
        var length = target.Length / numbers.Length;
        var kernel = OfKind(kind, RandomFillSamplesUniformKernel, RandomFillSamplesNormalKernel);
        kernel.Launch(
            LaunchSize.OfRows(samples, length / BlockDraws + 1),
            new RandomFillSamplesArguments(
                Changing(target, samples * length), Reading(numbers, samples, ElementType.Int32), (ulong)length, key, (uint)samples));
    }

    public void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples)
    {
        using var turn = TakeTurn();
        DropoutKernel.Launch(
            LaunchSize.OfRows(values.Shape, samples, values.Shape.RowLength),
            new DropoutArguments(ActivationView.OfFloats(values), Reading(numbers, samples, ElementType.Int32), key, rate, 1f / (1f - rate),
                LaunchSize.RowCount(values.Shape, samples), (uint)samples));
    }

    private static Kernel<TArguments> OfKind<TArguments>(RandomKind kind, Kernel<TArguments> uniform, Kernel<TArguments> normal)
        where TArguments : unmanaged => kind switch
        {
            RandomKind.Uniform => uniform,
            RandomKind.Normal => normal,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a distribution"),
        };

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct RandomFillArguments(ulong Target, ulong Count, RandomKey Key);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct RandomFillSamplesArguments(ulong Target, ulong Numbers, ulong Length, RandomKey Key, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct DropoutArguments(
        ActivationView Values, ulong Numbers, RandomKey Key, float Rate, float Scale, uint Rows, uint Samples);
}
