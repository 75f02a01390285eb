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
        Assert.That((ulong)Context.GetTotalDeviceMemorySize(), Is.GreaterThan(1UL << 28));
        Assert.That((ulong)Context.GetFreeDeviceMemorySize(), Is.LessThanOrEqualTo((ulong)Context.GetTotalDeviceMemorySize()));
    }

    [Test]
    public void A_device_has_an_identifier()
    {
        var uuid = default(CUuuid);
        Assert.That(DeviceManagement.cuDeviceGetUuid_v2(ref uuid, Context.Device), Is.EqualTo(CUResult.Success));
        Assert.That(uuid.bytes, Has.Length.EqualTo(16).And.Some.Not.Zero);
    }

    [Test]
    public void What_was_copied_there_comes_back()
    {
        var numbers = Numbers(1000);
        using var there = new CudaDeviceVariable<float>(numbers.Length);
        using var beside = new CudaDeviceVariable<float>(numbers.Length);
        there.CopyToDevice(numbers);
        beside.CopyToDevice(there);
        var back = new float[numbers.Length];
        beside.CopyToHost(back);
        Assert.That(back, Is.EqualTo(numbers));
        Assert.That((int)there.SizeInBytes, Is.EqualTo(4000));
    }

    [Test]
    public void A_part_is_at_its_address()
    {
        var numbers = Numbers(100);
        var there = Context.AllocateMemory(400);
        Context.CopyToDevice(there, numbers);
        var back = new float[10];
        Context.CopyToHost(back, there + 120);
        Context.FreeMemory(there);
        Assert.That(back, Is.EqualTo(numbers[30..40]));
    }

    [Test]
    public void Fills_are_as_long_as_their_bytes()
    {
        using var there = new CudaDeviceVariable<byte>(24);
        Context.ClearMemory(there.DevicePointer, (byte)1, 24);
        Context.ClearMemory(there.DevicePointer + 4, (ushort)0x0203, 8);
        Context.ClearMemoryAsync(there.DevicePointer + 16, 0x04050607u, 4, default);
        Context.Synchronize();
        var back = new byte[24];
        there.CopyToHost(back);
        Assert.That(back, Is.EqualTo(new byte[] { 1, 1, 1, 1, 3, 2, 3, 2, 3, 2, 3, 2, 1, 1, 1, 1, 7, 6, 5, 4, 1, 1, 1, 1 }));
    }

    [Test]
    public void Locked_pages_are_copied_in_the_order_of_a_stream()
    {
        var numbers = Numbers(256);
        using var stream = new CudaStream(CUStreamFlags.NonBlocking);
        using var here = new CudaPageLockedHostMemory<float>(numbers.Length);
        using var back = new CudaPageLockedHostMemory<float>(numbers.Length);
        using var there = new CudaDeviceVariable<float>(numbers.Length);
        using var start = new CudaEvent();
        using var end = new CudaEvent();
        Marshal.Copy(numbers, 0, here.PinnedHostPointer, numbers.Length);
        start.Record(stream.Stream);
        here.AsyncCopyToDevice(there.DevicePointer, stream.Stream);
        back.AsyncCopyFromDevice(there.DevicePointer, stream.Stream);
        end.Record(stream.Stream);
        stream.Synchronize();
        var result = new float[numbers.Length];
        Marshal.Copy(back.PinnedHostPointer, result, 0, result.Length);
        Assert.That(result, Is.EqualTo(numbers));
        Assert.That(stream.Query() && end.Query(), Is.True);
        Assert.That(CudaEvent.ElapsedTime(start, end), Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Too_much_is_refused_with_the_call_and_the_drivers_words() =>
        Assert.That(() => Context.AllocateMemory(1L << 50), Throws.TypeOf<CudaException>()
            .With.Property(nameof(CudaException.CudaError)).EqualTo(CUResult.ErrorOutOfMemory)
            .And.Message.StartsWith("cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2): "));
}
