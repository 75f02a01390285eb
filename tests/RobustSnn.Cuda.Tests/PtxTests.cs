using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>What ships is what is in native/kernels, and the backend and its kernels belong together.</summary>
public static class PtxTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "native", "kernels");

    private static readonly Lazy<string[]> LinesHere = new(() => SourceLines(Sources));

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
    public static void Is_made_of_the_sources_that_are_here(string file) =>
        Assert.That(PtxImage.Embedded(file).SourceLine, Is.EqualTo(LinesHere.Value.Single(line => line.StartsWith($"// Of native/kernels/{file}.cu ", StringComparison.Ordinal))),
            "the kernels have changed since they were compiled: './build.sh Kernels' compiles them");

    [TestCase("products.h", "convolveNeuronProducts", "convolveNeuronUnions", "productWeights")]
    [TestCase("normNeuron.h", "normNeuronFixedGradient", "normNeuronGradient")]
    [TestCase("backward.h", "neuronGradient", "normNeuronFixedGradient", "normNeuronGradient")]
    [TestCase("masks.cu", "masks")]
    [TestCase("device.h")]
    [TestCase("compile.sh")]
    public static void A_source_is_of_the_files_that_include_it_themselves_or_through_others(string source, params string[] files)
    {
        using var copy = new TemporaryFolder();
        foreach (var each in Directory.EnumerateFiles(Sources))
        {
            File.Copy(each, Path.Combine(copy.Path, Path.GetFileName(each)));
        }

        File.AppendAllText(Path.Combine(copy.Path, source), "\n");
        var changed = SourceLines(copy.Path).Except(LinesHere.Value).Select(line => Regex.Match(line, @"(\w+)\.cu").Groups[1].Value);
        Assert.That(changed, Is.EquivalentTo(files.Length > 0 ? files : Files), "all, where none are named");
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

    /// <summary>The first lines that the PTX of a folder's kernels has to have, as the script says that writes them.</summary>
    private static string[] SourceLines(string folder)
    {
        try
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", [Path.Combine(folder, "compile.sh"), "--sources"]) { RedirectStandardOutput = true })!;
            var lines = shell.StandardOutput.ReadToEnd();
            shell.WaitForExit();
            Assert.That(shell.ExitCode, Is.Zero);
            return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("needs a shell, sh");
            throw;
        }
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
