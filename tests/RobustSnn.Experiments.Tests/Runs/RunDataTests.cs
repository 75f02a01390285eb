using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Data;

namespace RobustSnn.Experiments.Tests.Runs;

[TestFixture]
public sealed class RunDataTests
{
    private static readonly DataSettings Settings = new(
        DataSetName.Shapes10, null, TrainCount: 100, TestCount: 20, ValidationCount: 10, new(Crop: 4, Flip: true, Cutout: 0), new());

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Without_extra_images_batches_are_the_data_sets_own()
    {
        var data = RunData.Open(Settings, null, seed: 1);
        var recipe = data.Batches(16);
        Assert.Multiple(() =>
        {
            Assert.That(recipe.Images, Is.SameAs(data.Set.Train));
            Assert.That(data.ExtraDigest, Is.Null);
            Assert.That(recipe.Augmentation, Is.EqualTo(new Augmentation(4, true, 0)));
            Assert.That(recipe.Sampler.ImagesPerEpoch, Is.EqualTo(90));
        });
    }

    [Test]
    public void Extra_images_are_a_share_of_every_batch_under_numbers_of_their_own()
    {
        foreach (var name in Shapes10.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
        }

        var settings = Settings with { Extra = new(folder.Path, 0.25) };
        var data = RunData.Open(settings, null, seed: 1);
        var recipe = data.Batches(16);
        var batch = recipe.Sampler.Epoch(new(1, 1, 0)).First().ToArray();
        var labels = new int[16];
        recipe.Images.CopyLabels(batch, labels);
        Assert.Multiple(() =>
        {
            Assert.That(data.Set.Notes.Single(), Does.Contain("10 extra images, 25 % of every batch"));
            Assert.That(batch[..12], Is.SubsetOf(data.Training));
            Assert.That(batch[12..], Is.SubsetOf(Enumerable.Range(100, 10)));
            Assert.That(
                labels[12..].Select(label => Shapes10.ClassNames[label]),
                Is.EqualTo(batch[12..].Select(number => Shapes10.ClassNames.Order(StringComparer.Ordinal).ElementAt(number - 100))),
                "whatever the order of the data set's own classes");
            Assert.That(recipe.Images.Bytes(batch[15]).ToArray(), Is.All.EqualTo(recipe.Images.Bytes(100)[0]));
            Assert.That(recipe.Sampler.ImagesPerEpoch, Is.EqualTo(120));
            Assert.That(data.ExtraDigest, Is.EqualTo(RunData.Open(settings, null, seed: 2).ExtraDigest).And.EqualTo(ImageDigest.Of(data.Extra!)));
        });
    }

    [Test]
    public void An_image_that_checkpoints_are_chosen_on_is_no_extra_one()
    {
        foreach (var name in Shapes10.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
        }

        var settings = Settings with { Extra = new(folder.Path, 0.25) };
        var alone = RunData.Open(Settings, null, seed: 1);
        WriteTraining(alone.Training[7]);
        Assert.That(RunData.Open(settings, null, seed: 1).Extra?.Count, Is.EqualTo(11));
        WriteTraining(alone.Validation[7]);
        Refused.With(
            () => RunData.Open(settings, null, seed: 1),
            $"{folder[$"train/{Shapes10.ClassNames[3]}/2.png"]}: is pixel for pixel image {alone.Validation[7]} of shapes10 train, which is held out");

        void WriteTraining(int image)
        {
            var planes = alone.Set.Train.Bytes(image).ToArray();
            byte[] samples = [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * 1024) + (i / 3)])];
            folder.Write($"train/{Shapes10.ClassNames[3]}/2.png", PngWriter.Write(32, 32, 8, PngColour.Colour, samples));
        }
    }

    [Test]
    public void A_run_goes_on_with_the_extra_images_that_it_began_with_alone()
    {
        foreach (var name in Shapes10.ClassNames)
        {
            folder.Write($"extra/train/{name}/1.png", Pictures.SquarePng);
        }

        using var backend = Backends.Open(options: new(1));
        var settings = SettingsReader.Read(
            "base: shapes10-quick\nstages: pretrain\nnetwork: { architecture: vggmini }\npretrain: { epochs: 1, attack_steps: 1 }\nbatch_size: 16\n"
            + $"data: {{ train_count: 40, test_count: 4, validation_count: 8, extra: {{ path: '{folder["extra"]}' }} }}\n"
            + "evaluate: { samples: 4, attacks: [fgsm] }", "file.yaml");
        RunResults Run(bool resume) => ExperimentRun.Run(settings, folder["run"], resume, backend, new Silent(), CancellationToken.None);
        Run(resume: false);
        Assert.That(Run(resume: true).Sessions.Select(session => session.ExtraImages?.Images), Is.EqualTo(new[] { 10, 10 }));
        folder.Write($"extra/train/{Shapes10.ClassNames[2]}/2.png", Pictures.SquarePng);
        Refused.With(() => Run(resume: true), "data.extra.path: expected the images that the run began with", "found 11 images");
    }

    [Test]
    public void Extra_images_that_are_not_there_are_refused() =>
        Refused.With(() => RunData.Open(Settings with { Extra = new(folder["nowhere"]) }, null, seed: 1), folder["nowhere"]);

    [TestCase("data: { extra: { path: x, share: 0.001 } }", "data.extra.share", "a batch of 128", "found the share 0.001")]
    [TestCase("data: { extra: { path: x, share: 1 } }", "data.extra.share", "below 1")]
    [TestCase("data: { extra: { path: x, share: 0 } }", "data.extra.share", "above 0")]
    [TestCase("data: { augmentation: { resized_crop: 32 } }", "data.augmentation.resized_crop", "data.augmentation.crop is on")]
    public void Settings_that_do_not_go_together_are_refused(string text, params string[] parts) =>
        Refused.With(() => SettingsReader.Read($"base: cifar10-small\n{text}", "file.yaml"), ["file.yaml", .. parts]);
}
