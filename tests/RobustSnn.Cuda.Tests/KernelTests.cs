using System.Reflection;
using NUnit.Framework;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>The driver compiles every kernel that the backend may launch, and finds it.</summary>
public static class KernelTests
{
    private static CudaBackend backend = null!;

    private static IEnumerable<TestCaseData> Kernels =>
        from property in typeof(CudaBackend).GetProperties(BindingFlags.Instance | BindingFlags.NonPublic)
        where property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(Kernel<>)
        select new TestCaseData(property).SetArgDisplayNames(property.Name);

    [OneTimeSetUp]
    public static void Open()
    {
        CudaDevices.Require();
        backend = new CudaBackend(ordinal: 0);
    }

    [OneTimeTearDown]
    public static void Close() => backend?.Dispose();

    [TestCaseSource(nameof(Kernels))]
    public static void Is_loaded(PropertyInfo kernel) => Assert.That(kernel.GetValue(backend), Is.Not.Null);
}
