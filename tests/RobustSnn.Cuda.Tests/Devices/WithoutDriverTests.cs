using ManagedCuda;
using ManagedCuda.BasicTypes;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>On a machine without NVIDIA's driver every call says so.</summary>
[Category(CudaDevices.Without)]
public sealed class WithoutDriverTests
{
    [SetUp]
    public void SetUp()
    {
        if (CudaLibraries.IsThere(NvidiaLibrary.Driver))
        {
            Assert.Ignore($"there is a driver: {CudaLibraries.PathOf(NvidiaLibrary.Driver)}");
        }
    }

    [Test]
    public void A_native_call_says_what_was_tried() => Assert.That(
        () => DriverAPINativeMethods.cuInit(CUInitializationFlags.None), Throws.TypeOf<CudaLibraryException>().With.Message.StartsWith("NVIDIA's driver"));

    [Test]
    public void So_does_a_class() =>
        Assert.That(() => CudaContext.GetDeviceCount(), Throws.InstanceOf<DllNotFoundException>().With.Message.StartsWith("NVIDIA's driver"));

    [Test]
    public void The_exception_has_the_library() => Assert.That(() => CudaLibraries.Require(NvidiaLibrary.Nvml), Throws.TypeOf<CudaLibraryException>()
        .With.Property(nameof(CudaLibraryException.Library)).EqualTo(NvidiaLibrary.Nvml));
}
