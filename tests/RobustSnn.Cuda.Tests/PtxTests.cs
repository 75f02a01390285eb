using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using NUnit.Framework;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>What ships is what is in native/kernels, and the backend and its kernels belong together.</summary>
public static partial class PtxTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "native", "kernels");

    private static IEnumerable<string> Files => PtxImage.Names.Order(StringComparer.Ordinal);

    private static IEnumerable<TestCaseData> Kernels =>
        from file in Files
        from kernel in PtxImage.Embedded(file).Kernels
        select new TestCaseData(file, kernel).SetArgDisplayNames(kernel);

    /// <summary>Where the backend's sources ask for a kernel.</summary>
    private static IEnumerable<TestCaseData> Loads =>
        from load in LoadsInSources
        select new TestCaseData(load.Arguments, load.File, load.Kernel).SetArgDisplayNames(load.Kernel);

    private static IEnumerable<(string Arguments, string File, string Kernel)> LoadsInSources =>
        from source in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "RobustSnn.Cuda"), "*.cs", SearchOption.AllDirectories)
        from match in Load().Matches(File.ReadAllText(source))
        select (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);

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
    public static void Names_of_kernels_are_unique() => Assert.That(Files.SelectMany(file => PtxImage.Embedded(file).Kernels), Is.Unique.And.Not.Empty);

    [TestCaseSource(nameof(Kernels))]
    public static void A_kernel_takes_one_struct(string file, string kernel) => Assert.That(PtxImage.Embedded(file).ParameterBytes(kernel), Is.Positive);

    [TestCaseSource(nameof(Kernels))]
    public static void A_kernel_is_launched_by_the_backend(string file, string kernel) =>
        Assert.That(LoadsInSources.Select(load => (load.File, load.Kernel)), Has.One.EqualTo((file, kernel)));

    [TestCaseSource(nameof(Loads))]
    public static void A_kernel_takes_what_it_is_given(string arguments, string file, string kernel)
    {
        var type = typeof(CudaBackend).Assembly.GetTypes().Single(type => type.Name == arguments);
        Assert.That(PtxImage.Embedded(file).ParameterBytes(kernel), Is.EqualTo(SizeOf(type)), $"bytes of {arguments}");
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    [GeneratedRegex("""Load<(\w+)>\(\s*"(\w+)",\s*"(\w+)"\)""")]
    private static partial Regex Load();
}
