using System.Reflection;
using NUnit.Framework;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>The driver compiles every kernel that ships, and finds it.</summary>
public static class KernelTests
{
    private static CudaDevice device = null!;
    private static KernelLibrary library = null!;

    private static IEnumerable<TestCaseData> Kernels =>
        from kernel in KernelLoads.Kernels
        select new TestCaseData(kernel.File, kernel.Kernel).SetArgDisplayNames(kernel.Kernel);

    [OneTimeSetUp]
    public static void Open()
    {
        CudaDevices.Require();
        device = new CudaDevice(ordinal: 0);
        library = new KernelLibrary(device);
    }

    [OneTimeTearDown]
    public static void Close()
    {
        library?.Dispose();
        device?.Dispose();
    }

    [TestCaseSource(nameof(Kernels))]
    public static void Is_compiled_and_found(string file, string kernel)
    {
        var load = typeof(KernelLibrary).GetMethod(nameof(KernelLibrary.Load))!.MakeGenericMethod(KernelLoads.Of(file, kernel)[0].Type);
        Assert.That(load.Invoke(library, BindingFlags.DoNotWrapExceptions, null, [file, kernel], null), Is.Not.Null);
    }
}
