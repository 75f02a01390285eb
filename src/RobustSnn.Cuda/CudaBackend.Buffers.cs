using System.Runtime.InteropServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Whole buffers (native/kernels/buffers.cu, and what the driver does itself).</summary>
public sealed partial class CudaBackend
{
    private Kernel<BlendArguments> BlendKernel => field ??= kernels.Load<BlendArguments>("buffers", "blend");

    private Kernel<ClampBelowArguments> ClampBelowKernel => field ??= kernels.Load<ClampBelowArguments>("buffers", "clampBelow");

    public void Fill(DeviceBuffer target, float value)
    {
        using var turn = TakeTurn();
        var to = Changing(target, target.Length);
        if (target.Length > 0)
        {
            device.Check(DriverAPINativeMethods.MemsetAsync.cuMemsetD32Async(
                new CUdeviceptr { Pointer = to }, BitConverter.SingleToUInt32Bits(value), (ulong)target.Length, device.Stream), "fill memory");
        }
    }

    public void Copy(DeviceBuffer source, DeviceBuffer target, long count)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Type, target.Type);
        var (from, to) = (Reading(source, count, source.Type), Changing(target, count, target.Type));
        if (count > 0)
        {
            device.Check(DriverAPINativeMethods.AsynchronousMemcpy_v2.cuMemcpyDtoDAsync_v2(
                new CUdeviceptr { Pointer = to }, new CUdeviceptr { Pointer = from }, (ulong)DeviceBuffer.SizeInBytes(count, source.Type), device.Stream), "copy memory");
        }
    }

    public void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source)
    {
        using var turn = TakeTurn();
        var count = target.Length;
        var from = Reading(source, count);
        BlendKernel.Launch(LaunchSize.FlatFours(count), new BlendArguments(Changing(target, count), from, (ulong)count, keep, scale));
    }

    public void ClampBelow(DeviceBuffer target, float minimum)
    {
        using var turn = TakeTurn();
        var count = target.Length;
        ClampBelowKernel.Launch(LaunchSize.Flat(count), new ClampBelowArguments(Changing(target, count), (ulong)count, minimum));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct BlendArguments(ulong Target, ulong Source, ulong Count, float Keep, float Scale);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ClampBelowArguments(ulong Target, ulong Count, float Minimum);
}
