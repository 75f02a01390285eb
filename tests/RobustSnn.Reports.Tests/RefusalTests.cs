using RobustSnn.Model;

namespace RobustSnn.Reports.Tests;

/// <summary>What is no run, or says what cannot be, is refused in a sentence, and nothing is written.</summary>
public sealed class RefusalTests
{
    [Test]
    public void A_folder_that_is_not_there() => Refuses(TinyRun.NewPath("nothing"), "expected the folder of a run");

    [Test]
    public void An_empty_folder() => Refuses(Directory.CreateDirectory(TinyRun.NewPath("empty")).FullName, "found neither");

    [Test]
    public void A_run_that_has_not_begun()
    {
        var copy = TinyRun.Copy("tiny");
        File.Delete(Path.Combine(copy, "results.json"));
        Refuses(copy, "the run has not begun");
    }

    [Test]
    public void Results_without_their_experiment()
    {
        var copy = TinyRun.Copy("tiny");
        File.Delete(Path.Combine(copy, "experiment.yaml"));
        Refuses(copy, "experiment.yaml: is not there");
    }

    [Test]
    public void A_file_that_is_no_report_is_not_written_over()
    {
        var copy = TinyRun.Copy("tiny");
        var path = Path.Combine(copy, "experiment.yaml");
        var before = File.ReadAllText(path);
        Assert.That(() => HtmlReport.Write([copy], [], path), Throws.TypeOf<BadInputException>().With.Message.Contains("an earlier report, found another file"));
        Assert.That(File.ReadAllText(path), Is.EqualTo(before));
        var report = Path.Combine(copy, "report.html");
        HtmlReport.Write([copy], [], report);
        Assert.That(() => HtmlReport.Write([copy], [], report), Throws.Nothing);
    }

    [TestCase("{ \"name\"", "[ \"name\"", "cannot be read as the results of a run")]
    [TestCase("\"samples\": 8", "\"samples\": 0", "expected at least one sample, found 0")]
    [TestCase("\"weights_kept\": ", "\"weights_kept\": -", "weights_kept of 0 to weights_total")]
    [TestCase("\"members\": [", "\"members\": [ null,", "found no rows")]
    [TestCase("\"spike_rate\": 0", "\"spike_rate\": 7", "expected a share from 0 to 1")]
    [TestCase("\"seconds\": 0.", "\"seconds\": -1.", "seconds from 0 to below 10^9")]
    [TestCase("\"training_accuracy\": 0", "\"training_accuracy\": 7", "expected a share from 0 to 1")]
    public void Results_that_cannot_be(string from, string to, string expected)
    {
        var copy = TinyRun.Copy("tiny");
        var path = Path.Combine(copy, "results.json");
        var text = File.ReadAllText(path).Replace("{\n  \"name\"", "{ \"name\"", StringComparison.Ordinal);
        Assert.That(text, Does.Contain(from));
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        Refuses(copy, expected);
    }

    [Test]
    public void Images_that_are_none()
    {
        var copy = TinyRun.Copy("tiny");
        File.Copy(Path.Combine(copy, "converted.safetensors"), Path.Combine(copy, "images-finetuned-snn.safetensors"), overwrite: true);
        Refuses(copy, "tensor 'clean' is not among");
    }

    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("no json")]
    [TestCase("{\"attacks\": 3}")]
    [TestCase("{\"points\": [{\"at\": 1, \"correct\": 9, \"samples\": 8}], \"attack\": \"pgd10\"}")]
    public void An_evaluation_that_is_none(string text)
    {
        var file = TinyRun.NewPath("evaluation.json");
        File.WriteAllText(file, text);
        Assert.That(() => HtmlReport.Write([TinyRun.Folder], [file], TinyRun.NewPath("report.html")),
            Throws.TypeOf<BadInputException>().With.Message.Contains("expected what rsnn evaluate --json writes"));
    }

    [Test]
    public void A_place_that_cannot_be_written() => Assert.That(
        () => HtmlReport.Write([TinyRun.Folder], [], Path.Combine(TinyRun.NewPath("no-folder"), "report.html")),
        Throws.TypeOf<BadInputException>().With.Message.Contains("cannot be written"));

    private static void Refuses(string folder, string expected)
    {
        var path = TinyRun.NewPath("report.html");
        Assert.That(() => HtmlReport.Write([folder], [], path), Throws.TypeOf<BadInputException>().With.Message.Contains(expected));
        Assert.That(path, Does.Not.Exist);
    }
}
