using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>Steps of attacks on images (native/kernels/attacks.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<AttackStepArguments> AttackStepInPixelsKernel => field ??= kernels.Load<AttackStepArguments>("attacks", "attackStepInPixels");

    private Kernel<AttackStepArguments> AttackStepInSpaceKernel => field ??= kernels.Load<AttackStepArguments>("attacks", "attackStepInSpace");

    private Kernel<NormalisedStepArguments> NormalisedAttackStepKernel => field ??= kernels.Load<NormalisedStepArguments>("attacks", "normalisedAttackStep");

    private Kernel<StretchArguments> StretchDrawsKernel => field ??= kernels.Load<StretchArguments>("attacks", "stretchDraws");

    private Kernel<BallDistancesArguments> BallDistancesKernel => field ??= kernels.Load<BallDistancesArguments>("attacks", "ballDistances");

    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget,
        DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        Step(pixels, null, gradient, origin, steps, null, budget, output, samples);
    }

    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        Step(pixels, previous, gradient, origin, steps, momenta, budget, output, samples);
    }

    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean,
        DeviceBuffer square, float radius, DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        var (length, count) = Images(pixels, steps, samples);
        NormalisedAttackStepKernel.Launch(
            LaunchSize.OfBlocks(samples),
            new NormalisedStepArguments(Reading(pixels, count), Reading(gradient, count), Reading(origin, count), Reading(steps, samples),
                Changing(mean, count), Changing(square, count), Changing(output, count), length, (uint)samples, radius));
    }

    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples)
    {
        using var turn = TakeTurn();
        var (length, count) = Images(draws, perSample, samples);
        StretchDrawsKernel.Launch(LaunchSize.OfBlocks(samples), new StretchArguments(Changing(draws, count), length, (uint)samples, radius));
    }

    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples)
    {
        using var turn = TakeTurn();
        BallDistancesKernel.Launch(
            LaunchSize.Flat(samples),
            new BallDistancesArguments(Reading(draws, samples), Changing(distances, samples), 1.0 / dimensions, (uint)samples, radius));
    }

    /// <summary>Elements of one sample, where <paramref name="bySample"/> has one float a sample of the batch, and of those in use.</summary>
    private static (uint Length, long Count) Images(DeviceBuffer images, DeviceBuffer bySample, int samples)
    {
        var length = images.Length / bySample.Length;
        return (checked((uint)length), length * samples);
    }

    private void Step(DeviceBuffer pixels, DeviceBuffer? previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer? momenta, Budget budget, DeviceBuffer output, int samples)
    {
        var (length, count) = Images(pixels, steps, samples);
        var arguments = new AttackStepArguments(Reading(pixels, count), ReadingOrNull(previous, count), Reading(gradient, count),
            Reading(origin, count), Reading(steps, samples), ReadingOrNull(momenta, samples), Changing(output, count), length, (uint)samples,
            budget.Radius);
        if (budget.Norm == Norm.Infinity)
        {
            AttackStepInPixelsKernel.Launch(LaunchSize.OfSamples(samples, length), arguments);
        }
        else
        {
            AttackStepInSpaceKernel.Launch(LaunchSize.OfBlocks(samples), arguments);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AttackStepArguments(
        ulong Pixels, ulong Previous, ulong Gradient, ulong Origin, ulong Steps, ulong Momenta, ulong Output, uint Length, uint Samples, float Radius);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NormalisedStepArguments(
        ulong Pixels, ulong Gradient, ulong Origin, ulong Steps, ulong Mean, ulong Square, ulong Output, uint Length, uint Samples, float Radius);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct StretchArguments(ulong Draws, uint Length, uint Samples, float Radius);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BallDistancesArguments(ulong Draws, ulong Distances, double Exponent, uint Samples, float Radius);
}
