using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Robustness.Energy;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>The report on a machine's card, rehearsed with tiny sizes in a process of its own.</summary>
public sealed class GpuReportTests
{
    private const int NoCard = 3;

    [Test]
    public void Every_part_but_the_long_ones_is_made()
    {
        CudaDevices.Require();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "report.md");
        var (code, _, error) = ReportProcess.Run([], "--golden", Path.Combine(Repository.Root, "tests", "golden"), "--out", file, "--quick",
            "--parts", "machine,contract,conformance,speed,operations");
        Assert.That(File.Exists(file), Is.True, error);
        var report = File.ReadAllText(file);
        Assert.That(code, Is.Zero, $"{error}\n{report}");
        Assert.That(report, Does.StartWith("# RobustSnn on ").And.Contain("A rehearsal").And.Contain("\n## Machine\n").And.Contain("backend: cuda")
            .And.Match(@"\n\d+ passed, 0 failed\.\n").And.Match(@"\n\| \S+\.safetensors \| (\d+) \| \1 \| pass \|").And.Match(@"\n\| product of halves.* \| \d")
            .And.Match(@"\n\| Convolve \| 8×4×4 to 8.* \| \d+\.\d \| \d+\.\d \| \d+ % \| \d+\.\d+ \|").And.Not.Contain("FAILED"));
    }

    [Test]
    public void Energy_is_a_table_of_networks()
    {
        CudaDevices.Require();
        using (var backend = Backends.Open(CudaBackends.Name, new(IsChecked: false)))
        {
            if (EnergyMeter.WhyNot(backend) is { } reason)
            {
                Assert.Ignore(reason);
            }
        }

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "report.md");
        var (code, _, error) = ReportProcess.Run([], "--out", file, "--quick", "--parts", "energy");
        Assert.That(code, Is.Zero, error);
        Assert.That(File.ReadAllText(file), Does.Match(@"Counted: [\d,]+ synaptic operations")
            .And.Match(@"\n\| SNN as it is \| 2 \| \d+\.\d \| \d+\.\d \| -?\d").And.Match(@"\n\| ANN with nothing pruned \| 0 \| "));
    }

    [Test]
    public void Without_a_card_it_says_how_to_get_to_one()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = ReportProcess.Run([("RSNN_CUDA_EMULATOR", folder.Folder("nothing"))], "--out", Path.Combine(folder.Path, "report.md"));
        Assert.That(code, Is.EqualTo(NoCard), error);
        Assert.That(error, Does.Contain("no card can be used here: ").And.Contain("./gpu-report --golden DIR --out FILE.md"));
    }

    [TestCase("--parts: expected any of machine", "--parts", "machines")]
    [TestCase("--golden: expected a folder", "--golden", "/nowhere")]
    [TestCase("", "--quickly")]
    public void What_cannot_be_is_refused(string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = ReportProcess.Run([], [.. arguments, "--out", Path.Combine(folder.Path, "report.md")]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.StartWith(message.Length > 0 ? $"gpu-report: {message}" : "Unrecognized command or argument '--quickly'"));
    }
}
