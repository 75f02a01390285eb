using System.Runtime.InteropServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using NUnit.Framework;
using static ManagedCuda.DriverAPINativeMethods;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>Memory of the device and copies.</summary>
public sealed class MemoryTests : DeviceFixture
{
    [Test]
    public void A_device_has_a_name_a_capability_and_memory()
    {
        Assert.That(CudaContext.GetDeviceCount(), Is.Positive);
        Assert.That(CudaContext.GetDeviceName(0), Is.Not.Empty.And.EqualTo(Context.GetDeviceName()));
        Assert.That(Context.GetDeviceComputeCapability(), Is.GreaterThanOrEqualTo(new Version(5, 0)));
        Assert.That(CudaContext.GetDriverVersion(), Is.GreaterThanOrEqualTo(new Version(12, 0)));
        var (free, total) = (default(SizeT), default(SizeT));
        Assert.That(MemoryManagement.cuMemGetInfo_v2(ref free, ref total), Is.EqualTo(CUResult.Success));
        Assert.That((ulong)total, Is.GreaterThan(1UL << 28));
        Assert.That((ulong)free, Is.LessThanOrEqualTo((ulong)total));
    }

    [Test]
    public void A_device_has_an_identifier()
    {
        var uuid = default(CUuuid);
        Assert.That(DeviceManagement.cuDeviceGetUuid_v2(ref uuid, Context.Device), Is.EqualTo(CUResult.Success));
        Assert.That(uuid.bytes, Has.Length.EqualTo(16).And.Some.Not.Zero);
    }

    [Test]
    public void A_part_is_at_its_address()
    {
        var numbers = Numbers(100);
        Assert.That(Get<float>(Put(numbers) + 120, 10), Is.EqualTo(numbers[30..40]));
    }

    [Test]
    public void Locked_pages_are_copied_in_the_order_of_a_stream()
    {
        var numbers = Numbers(256);
        using var stream = new CudaStream(CUStreamFlags.NonBlocking);
        using var here = new CudaPageLockedHostMemory<float>(numbers.Length);
        using var back = new CudaPageLockedHostMemory<float>(numbers.Length);
        var there = Take<float>(numbers.Length);
        using var start = new CudaEvent();
        using var end = new CudaEvent();
        Marshal.Copy(numbers, 0, here.PinnedHostPointer, numbers.Length);
        start.Record(stream.Stream);
        Assert.That(AsynchronousMemcpy_v2.cuMemcpyHtoDAsync_v2(there, here.PinnedHostPointer, here.SizeInBytes, stream.Stream), Is.EqualTo(CUResult.Success));
        Assert.That(AsynchronousMemcpy_v2.cuMemcpyDtoHAsync_v2(back.PinnedHostPointer, there, back.SizeInBytes, stream.Stream), Is.EqualTo(CUResult.Success));
        end.Record(stream.Stream);
        stream.Synchronize();
        var result = new float[numbers.Length];
        Marshal.Copy(back.PinnedHostPointer, result, 0, result.Length);
        Assert.That(result, Is.EqualTo(numbers));
        Assert.That(CudaEvent.ElapsedTime(start, end), Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Too_much_is_refused_with_the_call_and_the_drivers_words() =>
        Assert.That(() => Context.AllocateMemory(1L << 50), Throws.TypeOf<CudaException>()
            .With.Property(nameof(CudaException.CudaError)).EqualTo(CUResult.ErrorOutOfMemory)
            .And.Message.StartsWith("cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2): "));
}
