using System.Text.Json;
using NUnit.Framework;

namespace RobustSnn.Cli.Tests;

public sealed class BenchTests
{
    private static readonly string[] Small = ["bench", "--architecture", "vggmini", "--batch", "2", "--repeat", "1"];

    [TestCase("infer")]
    [TestCase("bptt")]
    [TestCase("trades")]
    [TestCase("ann_infer")]
    [TestCase("ann_step")]
    public void A_phase_is_timed(string phase)
    {
        Outcome outcome = Shell.Run([.. Small, "--timesteps", "2", "--phase", phase, "--sparsity", "0.5", "--json"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        JsonElement report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.That(report.GetProperty($"{phase}_images_per_s").GetDouble(), Is.Positive);
        Assert.That(report.GetProperty($"{phase}_peak_bytes").GetInt64(), Is.Positive);
    }

    [TestCase("--phase", "infer,bptt")]
    [TestCase("--phase", "infer", "--phase", "bptt")]
    public void Phases_may_be_several(params string[] phases)
    {
        string output = Shell.Run([.. Small, "--timesteps", "2", .. phases]).Output;
        Assert.That(output, Does.Contain("images_per_s").And.Match(@"(?m)^infer +\d").And.Match(@"(?m)^bptt +\d").And.Not.Contain("trades"));
    }

    [Test]
    public void More_steps_need_more_memory() => Assert.That(PeakBytes("32"), Is.GreaterThan(PeakBytes("2")));

    private static long PeakBytes(string timesteps) => JsonDocument
        .Parse(Shell.Run([.. Small, "--phase", "bptt", "--timesteps", timesteps, "--json"]).Output)
        .RootElement.GetProperty("bptt_peak_bytes").GetInt64();
}
