using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Tests;

/// <summary>The three sentences that users say, against the classes that the commands of <c>rsnn</c> use.</summary>
[TestFixture]
public sealed class TrainedNetworkTests
{
    private const int Classes = 5;
    private const int Images = 10;
    private const int Timesteps = 3;

    private static readonly Shape Shape = new(3, 16, 16);
    private static readonly BackendOptions OneThread = new(Threads: 1);
    private static readonly SpikingOptions Options = new(Timesteps, 6);

    private string folder = null!;

    private string Ann => Path.Combine(folder, "ann.safetensors");

    [OneTimeSetUp]
    public void Save()
    {
        folder = Directory.CreateTempSubdirectory("rsnn-library-").FullName;
        using IBackend backend = Backends.Open(options: OneThread);
        using var model = new SpikingModel(Architectures.build("vggmini", Classes, Shape, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]), backend);
        model.Initialise(1);
        foreach (ParameterTensor statistic in model.Parameters.All.Where(each => each.Specification.Kind.IsRunningMean))
        {
            statistic.Value.Upload([.. Enumerable.Repeat(0.1f, statistic.Specification.Count)]);
        }

        ModelFile.Save(Ann, model, new ModelInfo("unknown", 0, "pretrain", ["a", "b", "c", "d", "e"]));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(folder, true);

    [Test]
    public void What_is_converted_is_what_conversion_gives()
    {
        using TrainedNetwork ann = Load();
        using TrainedNetwork snn = ann.Prune(0.5).OrThrow().ToSpiking(Stream(), Options).OrThrow();
        using SpikingModel expected = SpikingConversion.Convert(
            ann.Model, new NeuronModel(1, Reset.Hard), [.. Stream().Select(batch => batch.Pixels)], new ConversionOptions(new BalancingOptions(6), 0.3f)).Model;
        RunningStatistics.Estimate(expected, Timesteps, [.. Stream().Select(batch => batch.Pixels)]);
        Assert.That(Values(snn.Model), Is.EqualTo(Values(expected)));
        Assert.That(snn.Model.Parameters.All.Where(each => each.Specification.Prunable), Has.All.Property("Pattern").Not.Null);
        Assert.That(snn.Info.Timesteps, Is.EqualTo(Timesteps));
    }

    [Test]
    public void A_saved_one_classifies_as_it_did()
    {
        string path = Path.Combine(folder, "snn.safetensors");
        using TrainedNetwork snn = Convert();
        using TrainedNetwork again = TrainedNetwork.Load(snn.Save(path).OrThrow(), options: OneThread).OrThrow();
        Assert.That(Logits(again), Is.EqualTo(Logits(snn)));
    }

    [Test]
    public void Classes_are_those_of_the_frozen_network()
    {
        using TrainedNetwork snn = Convert();
        using var network = new FrozenNetwork(snn.Model, Images, Timesteps);
        var expected = new float[Images * Classes];
        network.Run([.. Stream().SelectMany(batch => batch.Pixels)], expected);
        Assert.That(Logits(snn), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_stream_in_its_own_time_gives_the_same()
    {
        using TrainedNetwork snn = Convert();
        List<float> found = [];
        await foreach (Result<Classified> next in snn.ClassifyAsync(Later()))
        {
            found.AddRange(next.OrThrow().Logits);
        }

        Assert.That(found, Is.EqualTo(Logits(snn)));
    }

    [Test]
    public async Task Attacks_find_what_an_evaluation_finds()
    {
        using TrainedNetwork snn = Convert();
        AttackFindings found = snn.Attack(Stream(), ["fgsm", "pgd3"], "8/255").OrThrow();
        using var evaluation = new Evaluation(snn.Model, new EvaluationOptions(Timesteps, Images, 1));
        EvaluationResult expected = evaluation.Run(
            new ArraySamples([.. Stream().SelectMany(batch => batch.Pixels)], [.. Stream().SelectMany(batch => batch.Labels!)]),
            [.. new[] { "fgsm", "pgd3" }.Select(name => new AttackInBudget(AttackCatalogue.Parse(name), Budget.Pixels(8 / 255f)))]);
        Assert.That(found.Result.CleanCorrect, Is.EqualTo(expected.CleanCorrect));
        Assert.That(found.Result.Attacks.Select(attack => (attack.Attack, attack.Correct)), Is.EqualTo(expected.Attacks.Select(attack => (attack.Attack, attack.Correct))));
        Assert.That(found.Ledger.Rows.Count(row => row.IsCorrect), Is.EqualTo(expected.CleanCorrect));
        Assert.That((await snn.AttackAsync(Later(), ["fgsm", "pgd3"], "8/255")).OrThrow().Result.Attacks[1].Correct, Is.EqualTo(expected.Attacks[1].Correct));
    }

    [Test]
    public void Energy_of_half_the_weights_is_said_against_all()
    {
        using TrainedNetwork ann = Load();
        using TrainedNetwork snn = ann.Prune(0.5).OrThrow().ToSpiking(Stream(), Options).OrThrow();
        EnergyFindings found = snn.Energy(Stream()).OrThrow();
        Assert.That(found.Spikes.Operations, Is.Positive.And.LessThan(found.Spikes.DenseOperations));
        Assert.That(found.Memory.Weights, Is.EqualTo(found.Memory.DenseWeights / 2).Within(1));
    }

    [Test]
    public void Its_networks_may_be_disposed_of_in_any_order()
    {
        TrainedNetwork ann = Load();
        using TrainedNetwork snn = ann.ToSpiking(Stream(), Options).OrThrow();
        ann.Dispose();
        Assert.That(Logits(snn), Has.All.Matches<float>(float.IsFinite));
    }

    [TestCase(1.5, "sparsity")]
    [TestCase(double.NaN, "sparsity")]
    public void A_sparsity_that_is_none_is_an_error(double sparsity, string saying)
    {
        using TrainedNetwork ann = Load();
        Assert.That(ann.Prune(sparsity).Error, Does.Contain(saying).IgnoreCase);
    }

    [Test]
    public void Errors_are_the_sentences_of_the_command()
    {
        string missing = Path.Combine(folder, "none.safetensors");
        Result<TrainedNetwork> found = TrainedNetwork.Load(missing);
        using IBackend backend = Backends.Open(options: OneThread);
        string? expected = Assert.Throws<BadInputException>(() => ModelFile.Load(missing, backend))?.Message;
        Assert.That(found.Error, Is.EqualTo(expected));
        Assert.That(found.OrThrow, Throws.TypeOf<BadInputException>().With.Message.EqualTo(expected));
        Assert.That(found.Match(_ => "", error => error), Is.EqualTo(expected));
        Assert.That(found.ToFSharp().IsError && found.ToFSharp().ErrorValue == expected);
    }

    [Test]
    public void Bytes_for_pixels_are_an_error_that_ends_the_stream()
    {
        using TrainedNetwork ann = Load();
        var bytes = new ImageBatch([.. Enumerable.Repeat(200f, Shape.Count)]);
        Result<Classified>[] found = [.. ann.Classify([.. Stream(), bytes, .. Stream()])];
        Assert.That(found.Select(each => each.IsOk), Is.EqualTo(new[] { true, true, false }));
        Assert.That(found[^1].Error, Does.Contain("Image 10 expected pixels from 0 to 1, found 200"));
    }

    [Test]
    public void Images_of_another_size_are_an_error()
    {
        using TrainedNetwork ann = Load();
        Assert.That(ann.Classify([new ImageBatch(new float[700])]).Single().Error, Does.Contain("expected images of 3 × 16 × 16"));
        Assert.That(ann.ToSpiking([]).Error, Does.Contain("the stream is empty"));
        Assert.That(ann.Attack([new ImageBatch(new float[Shape.Count])], ["fgsm"], "1/255").Error, Does.Contain("expected labels, found none"));
    }

    [TestCase("pgd", "8/2550/3", "epsilon: expected a radius")]
    [TestCase("pdg", "8/255", "pdg")]
    public void Attacks_that_are_none_are_errors(string attack, string epsilon, string saying)
    {
        using TrainedNetwork ann = Load();
        Assert.That(ann.Attack(Stream(), [attack], epsilon).Error, Does.Contain(saying));
    }

    [Test]
    public void A_cancellation_is_thrown()
    {
        using TrainedNetwork ann = Load();
        Assert.That(() => ann.ToSpiking(Stream(), Options, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_folder_that_is_none_is_an_error()
    {
        using TrainedNetwork ann = Load();
        Assert.That(ann.Classify(ImageFolder.Read(Path.Combine(folder, "nowhere"), ann)).Single().Error, Does.Contain("expected a folder of JPEG or PNG images, found nothing"));
    }

    private static IEnumerable<ImageBatch> Stream()
    {
        var random = new Random(5);
        for (int batch = 0; batch < 2; batch++)
        {
            yield return new ImageBatch(
                [.. Enumerable.Range(0, Images / 2 * Shape.Count).Select(_ => random.NextSingle())], [.. Enumerable.Range(0, Images / 2).Select(i => i % Classes)]);
        }
    }

    private static async IAsyncEnumerable<ImageBatch> Later()
    {
        foreach (ImageBatch batch in Stream())
        {
            await Task.Yield();
            yield return batch;
        }
    }

    private static float[] Logits(TrainedNetwork network) => [.. network.Classify(Stream()).SelectMany(found => found.OrThrow().Logits)];

    private static float[][] Values(SpikingModel model) => [.. model.Parameters.All.Select(parameter => parameter.Value.ToArray())];

    private TrainedNetwork Load() => TrainedNetwork.Load(Ann, options: OneThread).OrThrow();

    private TrainedNetwork Convert()
    {
        using TrainedNetwork ann = Load();
        return ann.ToSpiking(Stream(), Options).OrThrow();
    }
}
