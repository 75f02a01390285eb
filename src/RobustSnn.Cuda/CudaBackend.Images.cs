using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Between pixels and the first activation (native/kernels/images.cu).</summary>
public sealed partial class CudaBackend
{
    /// <summary>Columns and samples of a tile, which a block of threads carries over.</summary>
    private const int ImageTile = 32;

    private Kernel<NormaliseArguments> NormaliseKernel => field ??= kernels.Load<NormaliseArguments>("images", "normalise");

    private Kernel<NormaliseGradientArguments> NormaliseGradientKernel =>
        field ??= kernels.Load<NormaliseGradientArguments>("images", "normaliseGradient");

    public void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var shape = output.Shape;
        NormaliseKernel.Launch(
            OfImageTiles(shape, samples),
            new NormaliseArguments(Reading(pixels, (long)samples * shape.Count), Reading(mean, shape.Channels), Reading(deviation, shape.Channels),
                ActivationView.OfFloats(output), LaunchSize.RowCount(shape, samples), (uint)samples));
    }

    public void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples)
    {
        using var turn = TakeTurn();
        var shape = outputGradient.Shape;
        NormaliseGradientKernel.Launch(
            OfImageTiles(shape, samples),
            new NormaliseGradientArguments(ActivationView.OfFloats(outputGradient), Reading(deviation, shape.Channels),
                Changing(pixelGradient, (long)samples * shape.Count), LaunchSize.RowCount(shape, samples), (uint)samples));
    }

    private static LaunchSize OfImageTiles(ActivationShape shape, int samples)
    {
        var tiles = (long)shape.Channels * ((shape.Columns - 1) / ImageTile + 1) * ((shape.Lanes.BlockSamples - 1) / ImageTile + 1);
        return LaunchSize.OfRows(shape, samples, tiles * LaunchSize.BlockThreads);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NormaliseArguments(
        ulong Pixels, ulong Mean, ulong Deviation, ActivationView Output, uint Rows, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NormaliseGradientArguments(
        ActivationView OutputGradient, ulong Deviation, ulong PixelGradient, uint Rows, uint Samples);
}
