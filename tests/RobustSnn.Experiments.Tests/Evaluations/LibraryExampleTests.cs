using System.Runtime.CompilerServices;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Diagnosis;

namespace RobustSnn.Experiments.Tests.Evaluations;

/// <summary>The example of docs/EVALUATION.md, compiled and run as it stands there, and the door that it goes through.</summary>
[TestFixture]
public sealed class LibraryExampleTests
{
    private const int Classes = 10;
    private const int Count = 12;
    private const string Begin = "// The example";
    private const string End = "// ends here.";

    private TemporaryFolder folder = null!;

    private string Checkpoint => folder.File("snn.safetensors");

    [OneTimeSetUp]
    public void Save()
    {
        folder = new TemporaryFolder();
        using IBackend backend = Backends.Open(options: new BackendOptions(Threads: 1));
        Network ann = Architectures.build("vggmini", Classes, new Shape(3, 16, 16), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using var model = new SpikingModel(Conversion.toSpiking(new NeuronModel(1, Reset.Hard), ann), backend);
        model.Initialise(1);
        foreach (ParameterTensor parameter in model.Parameters.All.Where(each => !each.Specification.Trainable || each.Specification.Kind.IsThreshold))
        {
            parameter.Value.Upload([.. Enumerable.Repeat(0.3f, parameter.Specification.Count)]);
        }

        ModelFile.Save(Checkpoint, model, new ModelInfo("unknown", 2, "finetune_snn"));
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void It_runs()
    {
        string checkpoint = Checkpoint;
        (float[] images, int[] labels) = Images();

        // The example
        using IBackend backend = Backends.Open();
        using SpikingModel model = ModelFile.Load(checkpoint, backend).Model;
        RobustnessFindings found = RobustnessEvaluation.Run(model, timesteps: 2, images, labels, "autoattack", Budget.Pixels(4 / 255f));
        Console.WriteLine($"{found.Result.CleanAccuracy:P1} clean, {found.Result.Attacks[0].Accuracy:P1} under {found.Result.Attacks[0].Attack}");
        Console.WriteLine(string.Join('\n', found.Diagnosis.ToText()));

        // ends here.
        Assert.That(found.Result.Samples, Is.EqualTo(Count));
        Assert.That(found.Ledger.Rows.Select(row => row.Sample), Is.EqualTo(Enumerable.Range(0, Count)));
        Assert.That(found.Result.CleanCorrect, Is.EqualTo(found.Ledger.Rows.Count(row => row.IsCorrect)).And.Positive);
        Assert.That(found.Diagnosis.Checks, Is.Not.Empty);
        Assert.That(found.LeftOut, Is.Empty);
    }

    [Test]
    public void It_is_the_one_of_the_document()
    {
        string[] source = File.ReadAllLines(Here());
        int first = Array.FindIndex(source, line => line.Trim() == Begin) + 1;
        int end = Array.FindIndex(source, line => line.Trim() == End);
        string example = string.Join('\n', source[first..end].Select(line => line.Length == 0 ? line : line["        ".Length..])).Trim();
        Assert.That(example.Split('\n'), Has.Length.GreaterThan(3));
        Assert.That(File.ReadAllText(Path.Combine(Root(), "docs", "EVALUATION.md")).ReplaceLineEndings("\n"), Does.Contain($"```csharp\n{example}\n```"));
    }

    [TestCase("strictest", "no protocol 'strictest'", "strict")]
    [TestCase("")]
    public void A_protocol_that_is_none_is_refused(string protocol, params string[] parts)
    {
        (float[] images, int[] labels) = Images();
        AssertRefused(images, labels, protocol, 4 / 255f, ["protocol", .. parts]);
    }

    [TestCase(0f, "radius above 0")]
    [TestCase(1.5f, "at most 1")]
    [TestCase(float.NaN, "radius above 0")]
    public void A_ball_that_is_none_is_refused(float radius, string saying)
    {
        (float[] images, int[] labels) = Images();
        AssertRefused(images, labels, "strict", radius, saying);
    }

    [Test]
    public void Images_of_another_size_are_refused() =>
        AssertRefused(new float[2 * 3 * 8 * 8], [0, 1], "strict", 4 / 255f, "images of 3 × 16 × 16, 768 values each", "found 384 values of 2 images");

    [Test]
    public void Bytes_are_refused()
    {
        (float[] images, int[] labels) = Images();
        images[800] = 200;
        AssertRefused(images, labels, "strict", 4 / 255f, "Image 1 expected pixels from 0 to 1, found 200", "Divide bytes by 255");
    }

    [Test]
    public void A_label_that_is_no_class_is_refused()
    {
        (float[] images, int[] labels) = Images();
        labels[3] = Classes;
        AssertRefused(images, labels, "strict", 4 / 255f, "label 10", "0 to 9");
    }

    [Test]
    public void No_images_are_refused() => AssertRefused([], [], "strict", 4 / 255f, "0 labels");

    private void AssertRefused(float[] images, int[] labels, string protocol, float radius, params string[] parts)
    {
        using IBackend backend = Backends.Open(options: new BackendOptions(Threads: 1));
        using SpikingModel model = ModelFile.Load(Checkpoint, backend).Model;
        Assert.That(() => RobustnessEvaluation.Run(model, 2, images, labels, protocol, Budget.Pixels(radius)), Refuses.Saying(parts));
    }

    /// <summary>Every class once or more, so that a network that was never trained is right about some.</summary>
    private static (float[] Images, int[] Labels) Images()
    {
        var random = new Random(5);
        return ([.. Enumerable.Range(0, Count * 3 * 16 * 16).Select(_ => random.NextSingle())], [.. Enumerable.Range(0, Count).Select(i => i % Classes)]);
    }

    private static string Here([CallerFilePath] string path = "") => path;

    private static string Root() => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));
}
