using System.Runtime.InteropServices;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>What is found out about samples and what follows from it (native/kernels/judgements.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<MarkWrongArguments> MarkWrongKernel => field ??= kernels.Load<MarkWrongArguments>("judgements", "markWrong");

    private Kernel<InspectArguments> InspectSamplesKernel => field ??= kernels.Load<InspectArguments>("judgements", "inspectSamples");

    private Kernel<MarkOutsideArguments> MarkOutsideKernel => field ??= kernels.Load<MarkOutsideArguments>("judgements", "markOutside");

    private Kernel<SelectArguments> SelectSamplesKernel => field ??= kernels.Load<SelectArguments>("judgements", "selectSamples");

    private Kernel<DropArguments> DropSamplesOfWordsKernel => field ??= kernels.Load<DropArguments>("judgements", "dropSamplesOfWords");

    private Kernel<DropArguments> DropSamplesOfBytesKernel => field ??= kernels.Load<DropArguments>("judgements", "dropSamplesOfBytes");

    private Kernel<DropActivationArguments> DropSamplesOfActivationKernel => field ??= kernels.Load<DropActivationArguments>("judgements", "dropSamplesOfActivation");

    private Kernel<FillSamplesArguments> FillSamplesKernel => field ??= kernels.Load<FillSamplesArguments>("judgements", "fillSamples");

    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        using var turn = TakeTurn();
        MarkWrongKernel.Launch(
            LaunchSize.OfWarps(samples),
            new MarkWrongArguments(Reading(logits, (long)samples * classes), Reading(labels, samples), Changing(wrong, samples),
                ChangingOrNull(everWrong, samples), (uint)classes, (uint)samples));
    }

    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        using var turn = TakeTurn();
        var (length, count) = Images(values, notFinite, samples);
        InspectSamplesKernel.Launch(
            LaunchSize.OfBlocks(samples),
            new InspectArguments(Reading(values, count), Changing(notFinite, samples), ChangingOrNull(vanished, samples), length, (uint)samples));
    }

    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples)
    {
        using var turn = TakeTurn();
        var (length, count) = Images(images, outside, samples);
        var isEuclidean = budget.Norm == Norm.Euclidean;
        MarkOutsideKernel.Launch(
            LaunchSize.OfBlocks(samples),
            new MarkOutsideArguments(Reading(images, count), Reading(origin, count), Changing(outside, samples),
                budget.Radius + tolerance * (isEuclidean ? Math.Sqrt(length) : 1), length, (uint)samples, isEuclidean ? 1 : 0));
    }

    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        using var turn = TakeTurn();
        var (length, count) = Images(source, selected, samples);
        SelectSamplesKernel.Launch(
            LaunchSize.OfSamples(samples, length),
            new SelectArguments(Reading(selected, samples), Reading(source, count), Changing(target, count), length, (uint)samples));
    }

    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples)
    {
        using var turn = TakeTurn();
        var bytes = values.Bytes / dropped.Length;
        var isOfWords = bytes % sizeof(uint) == 0;
        var length = isOfWords ? bytes / sizeof(uint) : bytes;
        var memory = Changing(values, values.Length / dropped.Length * samples, values.Type);
        (isOfWords ? DropSamplesOfWordsKernel : DropSamplesOfBytesKernel).Launch(
            LaunchSize.Flat(length), new DropArguments(Reading(dropped, samples), memory, (ulong)length, (uint)samples));
    }

    public void DropSamples(DeviceBuffer dropped, Activation values, int samples)
    {
        using var turn = TakeTurn();
        DropSamplesOfActivationKernel.Launch(
            LaunchSize.OfSteps(values.Shape), new DropActivationArguments(ActivationView.OfFloats(values), Reading(dropped, samples), (uint)samples));
    }

    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples)
    {
        using var turn = TakeTurn();
        FillSamplesKernel.Launch(
            LaunchSize.OfSteps(values.Shape), new FillSamplesArguments(ActivationView.OfFloats(values), Reading(marked, samples), (uint)samples, value));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MarkWrongArguments(ulong Logits, ulong Labels, ulong Wrong, ulong EverWrong, uint Classes, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct InspectArguments(ulong Values, ulong NotFinite, ulong Vanished, uint Length, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MarkOutsideArguments(
        ulong Images, ulong Origin, ulong Outside, double Reach, uint Length, uint Samples, int IsEuclidean);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SelectArguments(ulong Selected, ulong Source, ulong Target, uint Length, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct DropArguments(ulong Dropped, ulong Values, ulong Length, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct DropActivationArguments(ActivationView Values, ulong Dropped, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FillSamplesArguments(ActivationView Values, ulong Marked, uint Samples, float Value);
}
