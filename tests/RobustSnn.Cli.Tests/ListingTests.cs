using NUnit.Framework;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Cli.Tests;

/// <summary>Commands that only tell: presets, devices, data inspect.</summary>
public sealed class ListingTests
{
    [TestCaseSource(typeof(Presets), nameof(Presets.Names))]
    public void Presets_are_listed(string preset) => Assert.That(Shell.Run("presets").Output, Does.Match($@"(?m)^{preset}\s+\S"));

    [TestCaseSource(typeof(Presets), nameof(Presets.Names))]
    public void A_preset_is_printed_as_it_is_read(string preset) =>
        Assert.That(SettingsReader.Read(Shell.Run("presets", preset).Output, "output"), Is.EqualTo(Presets.Read(preset)));

    [Test]
    public void Devices_are_the_processor_and_cards()
    {
        string output = Shell.Run("devices").Output;
        Assert.That(output, Does.Contain($"{Environment.ProcessorCount} logical cores").And.Match("(?m)^cuda: "));
    }

    [Test]
    public void A_data_set_is_described()
    {
        Outcome outcome = Shell.Run("data", "inspect", "shapes10");
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Output, Does.Contain("3 × 32 × 32").And.Match(@"disc +1,000 +200").And.Match(@"all +10,000 +2,000"));
    }
}
