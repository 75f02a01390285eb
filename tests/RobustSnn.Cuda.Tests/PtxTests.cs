using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using NUnit.Framework;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>What ships is what is in native/kernels, and the backend and its kernels belong together.</summary>
public static class PtxTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "native", "kernels");

    private static IEnumerable<string> Files => PtxImage.Names.Order(StringComparer.Ordinal);

    private static IEnumerable<TestCaseData> Kernels =>
        from kernel in KernelLoads.Kernels
        select new TestCaseData(kernel.File, kernel.Kernel).SetArgDisplayNames(kernel.Kernel);

    private static IEnumerable<TestCaseData> Loads =>
        from load in KernelLoads.All
        select new TestCaseData(load).SetArgDisplayNames(load.ToString());

    [Test]
    public static void Every_file_of_kernels_is_compiled_and_embedded() =>
        Assert.That(Files, Is.EquivalentTo(Directory.EnumerateFiles(Sources, "*.cu").Select(Path.GetFileNameWithoutExtension)));

    [TestCaseSource(nameof(Files))]
    public static void Is_made_of_the_sources_that_are_here(string file)
    {
        // as compile.sh does: the file, the headers in order of their bytes, and compile.sh itself
        var parts = Directory.EnumerateFiles(Sources, "*.h").Order(StringComparer.Ordinal)
            .Prepend(Path.Combine(Sources, $"{file}.cu")).Append(Path.Combine(Sources, "compile.sh"));
        var sum = Convert.ToHexStringLower(SHA256.HashData([.. parts.SelectMany(File.ReadAllBytes)]));
        Assert.That(PtxImage.Embedded(file).SourceLine, Is.EqualTo($"// Of native/kernels/{file}.cu and headers, sha256 {sum}"),
            "the kernels have changed since they were compiled: './build.sh Kernels' compiles them");
    }

    [Test]
    public static void Names_of_kernels_are_unique() => Assert.That(KernelLoads.Kernels.Select(kernel => kernel.Kernel), Is.Unique.And.Not.Empty);

    [TestCaseSource(nameof(Kernels))]
    public static void A_kernel_is_launched_with_the_struct_that_it_takes(string file, string kernel)
    {
        var bytes = PtxImage.Embedded(file).ParameterBytes(kernel);
        var loads = KernelLoads.Of(file, kernel);
        Assert.That(loads, Is.Not.Empty, "the backend loads it");
        Assert.That(loads.Select(load => SizeOf(load.Type)), Is.All.EqualTo(bytes));
    }

    [TestCaseSource(nameof(Loads))]
    public static void What_is_loaded_is_there(object load) =>
        Assert.That(KernelLoads.Kernels.Where(kernel => KernelLoads.Of(kernel.File, kernel.Kernel).Contains((KernelLoad)load)), Is.Not.Empty);

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
