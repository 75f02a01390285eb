using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Batch normalisation (native/kernels/batchNorm.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<MomentsArguments> BatchMomentsKernel => field ??= kernels.Load<MomentsArguments>("batchNorm", "batchMoments");

    private Kernel<StatisticsArguments> BatchStatisticsKernel => field ??= kernels.Load<StatisticsArguments>("batchNorm", "batchStatistics");

    private Kernel<BatchNormArguments> BatchNormKernel => field ??= kernels.Load<BatchNormArguments>("batchNorm", "batchNorm");

    private Kernel<GradientMomentsArguments> BatchGradientMomentsKernel =>
        field ??= kernels.Load<GradientMomentsArguments>("batchNorm", "batchGradientMoments");

    private Kernel<GradientFactorsArguments> BatchGradientFactorsKernel =>
        field ??= kernels.Load<GradientFactorsArguments>("batchNorm", "batchGradientFactors");

    private Kernel<BatchNormGradientArguments> BatchNormGradientKernel => field ??= kernels.Load<BatchNormGradientArguments>("batchNorm", "batchNormGradient");

    public void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples)
    {
        using var turn = TakeTurn();
        var shape = input.Shape;
        var view = ActivationView.OfFloats(input);
        var walk = ChannelWalk.ForSums(shape, samples);
        var sums = scratch.Take(ChannelSumBytes(shape, samples));
        BatchMomentsKernel.Launch(walk.SizeOfSums(shape), new MomentsArguments(view, walk, sums));
        BatchStatisticsKernel.Launch(LaunchSize.Flat(shape.Channels), new StatisticsArguments(
            view, sums, Changing(mean, shape.Channels), Changing(variance, shape.Channels), walk.Rows, ValuesOfAChannel(shape, samples)));
    }

    public void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples)
    {
        using var turn = TakeTurn();
        var channels = input.Shape.Channels;
        Apply(new NormalisationView(Reading(scale, channels), Reading(shift, channels), Reading(mean, channels), Reading(variance, channels), epsilon),
            input, output, false, samples);
    }

    public void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon, Activation inputGradient,
        bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var channels = outputGradient.Shape.Channels;
        Apply(new NormalisationView(Reading(scale, channels), 0, 0, Reading(variance, channels), epsilon), outputGradient, inputGradient, accumulate, samples);
    }

    public void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples)
    {
        using var turn = TakeTurn();
        var shape = input.Shape;
        var normalisation = new NormalisationView(
            Reading(scale, shape.Channels), 0, Reading(mean, shape.Channels), Reading(variance, shape.Channels), epsilon);
        var memory = scratch.Take(NormGradientBytes(shape, samples));
        var walk = ChannelWalk.ForSums(shape, samples);
        BatchGradientMomentsKernel.Launch(walk.SizeOfSums(shape), new GradientMomentsArguments(
            ActivationView.OfFloats(input), ActivationView.OfFloats(outputGradient), normalisation.Mean, walk, NormSums(memory, shape)));
        FinishNormGradient(input, outputGradient, normalisation, inputGradient, accumulate, scaleGradient, shiftGradient, memory, samples);
    }

    private static double ValuesOfAChannel(ActivationShape shape, int samples) => (double)samples * shape.Lanes.Steps * shape.Rows * shape.Columns;

    /// <summary>Bytes of two sums of each row and channel.</summary>
    private static long ChannelSumBytes(ActivationShape shape, int samples) =>
        2 * sizeof(double) * (long)LaunchSize.RowCount(shape, samples) * shape.Channels;

    /// <summary>Bytes of what the gradient with the batch's statistics keeps: four floats a channel, then the sums.</summary>
    private static long NormGradientBytes(ActivationShape shape, int samples) => FactorBytes(shape) + ChannelSumBytes(shape, samples);

    private static long FactorBytes(ActivationShape shape) => 4 * sizeof(float) * (long)shape.Channels;

    /// <summary>Address of the sums in such memory.</summary>
    private static ulong NormSums(ulong memory, ActivationShape shape) => memory + (ulong)FactorBytes(shape);

    /// <summary>Output (+)= factor·input + shift.</summary>
    private void Apply(NormalisationView normalisation, Activation input, Activation output, bool accumulate, int samples)
    {
        var walk = ChannelWalk.ByFours(input.Shape, samples);
        BatchNormKernel.Launch(walk.Size(input.Shape), new BatchNormArguments(
            ActivationView.OfFloats(input), ActivationView.OfFloats(output), normalisation, walk, accumulate ? 1 : 0));
    }

    /// <summary>The second pass of the gradient with the batch's statistics, and the gradients of scale and shift.</summary>
    /// <param name="outputGradient">dy, in step 0 where the input is static.</param>
    /// <param name="memory">As <see cref="NormGradientBytes"/> says, with the sums in it.</param>
    private void FinishNormGradient(Activation input, Activation outputGradient, NormalisationView normalisation, Activation inputGradient,
        bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, ulong memory, int samples)
    {
        var shape = input.Shape;
        var walk = ChannelWalk.ByFours(shape, samples);
        BatchGradientFactorsKernel.Launch(LaunchSize.Flat(shape.Channels), new GradientFactorsArguments(
            NormSums(memory, shape), normalisation, memory, Changing(scaleGradient, shape.Channels), Changing(shiftGradient, shape.Channels),
            walk.Rows, (uint)shape.Channels, ValuesOfAChannel(shape, samples)));
        BatchNormGradientKernel.Launch(walk.Size(shape), new BatchNormGradientArguments(
            ActivationView.OfFloats(input), ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient), memory, walk,
            accumulate ? 1 : 0));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MomentsArguments(ActivationView Input, ChannelWalk Walk, ulong Sums);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct StatisticsArguments(ActivationView Input, ulong Sums, ulong Mean, ulong Variance, uint Rows, double Count);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BatchNormArguments(
        ActivationView Input, ActivationView Output, NormalisationView Normalisation, ChannelWalk Walk, int Accumulate);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct GradientMomentsArguments(
        ActivationView Input, ActivationView OutputGradient, ulong Mean, ChannelWalk Walk, ulong Sums);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct GradientFactorsArguments(
        ulong Sums, NormalisationView Normalisation, ulong Factors, ulong ScaleGradient, ulong ShiftGradient, uint Rows, uint Channels, double Count);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BatchNormGradientArguments(
        ActivationView Input, ActivationView OutputGradient, ActivationView InputGradient, ulong Factors, ChannelWalk Walk, int Accumulate);
}
