using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>Whole data sets are large: that a folder is read as what it is shows in what is missed.</summary>
[TestFixture]
public sealed class DataTests
{
    [TestCase("data_batch_1.bin", "expected 30730000 bytes")]
    [TestCase("train.bin", "expected 153700000 bytes")]
    [TestCase("train_32x32.mat", "the header of a MATLAB 5 file")]
    [TestCase("wnids.txt", "expected WordNet numbers")]
    public void A_folder_is_inspected_as_what_its_files_say(string file, string missed) => AssertRefused([file], missed);

    [Test]
    public void Pickles_are_refused() => AssertRefused(["data_batch_1", "test_batch"], "rsnn data fetch cifar10");

    [Test]
    public void A_data_set_is_looked_for_where_it_is_downloaded_to()
    {
        Outcome outcome = Shell.Run("data", "inspect", "svhn");
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("data/svhn: no such folder"));
    }

    private static void AssertRefused(string[] files, string missed)
    {
        using var folder = new TemporaryFolder();
        foreach (string file in files)
        {
            File.WriteAllBytes(folder[file], [1]);
        }

        Outcome outcome = Shell.Run("data", "inspect", folder["."]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain(missed));
    }
}
