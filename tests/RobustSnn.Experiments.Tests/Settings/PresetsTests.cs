using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Settings;

[TestFixture]
public sealed class PresetsTests
{
    private static IEnumerable<string> Names => Presets.Names;

    /// <summary>Families of rows of the papers' tables: data set, network, pruning and training.</summary>
    [TestCase("p1-cifar10-vgg11")]
    [TestCase("p1-cifar10-vgg11-natural")]
    [TestCase("p1-cifar10-vgg11-at")]
    [TestCase("p1-cifar10-vgg11-mart")]
    [TestCase("p2-cifar10-vgg16-dense")]
    [TestCase("p2-cifar10-vgg16-lwm")]
    [TestCase("p2-cifar10-vgg16-uniform")]
    [TestCase("p2-cifar10-vgg16-nonuniform")]
    [TestCase("p2-cifar10-vgg16-e2e-random")]
    [TestCase("p2-cifar10-vgg16-e2e-mask")]
    [TestCase("p2-cifar10-vgg16-trades6-eps2")]
    [TestCase("p2-cifar10-vgg16-trades6-eps4")]
    [TestCase("p2-cifar10-vgg16-trades6-eps8")]
    [TestCase("p2-cifar100-wrn28-4-dense")]
    [TestCase("p2-cifar100-wrn28-4-lwm")]
    [TestCase("p2-cifar100-wrn28-4-uniform")]
    [TestCase("p2-cifar100-wrn28-4-nonuniform")]
    [TestCase("p2-tinyimagenet-vgg11-dense")]
    [TestCase("p2-tinyimagenet-vgg11-uniform")]
    [TestCase("p1-cifar100-wrn16-4")]
    [TestCase("p1-svhn-resnet20")]
    [TestCase("p1-tinyimagenet-vgg11")]
    public void A_family_of_rows_has_its_preset(string name) => Assert.That(Names, Does.Contain(name));

    [TestCaseSource(nameof(Names))]
    public void Each_is_read_under_its_own_name(string name) => Assert.That(Presets.Read(name).Name, Is.EqualTo(name));

    [TestCaseSource(nameof(Names))]
    public void Each_says_itself_what_it_is(string name) => Assert.That(Presets.Text(name), Does.Contain("\ndescription: "));

    [TestCaseSource(nameof(Names))]
    public void Each_survives_writing(string name) =>
        Assert.That(SettingsReader.Read(SettingsWriter.Write(Presets.Read(name)), "file.yaml"), Is.EqualTo(Presets.Read(name)));

    [Test]
    public void An_unknown_name_is_refused_with_the_nearest() =>
        Assert.That(() => Presets.Read("cifar10-smal"), Refuses.Saying("did you mean 'cifar10-small'?"));

    // METHODS 4 to 7.
    [Test]
    public void P2_is_as_published()
    {
        ExperimentSettings p2 = Presets.Read("p2-cifar10-vgg16");
        PixelFraction epsilon = PixelFraction.Of255(2);
        Assert.That(p2.BatchSize, Is.EqualTo(128));
        Assert.That(p2.Pretrain, Is.EqualTo(new AnnTrainingSettings(Objective.Trades, 2, epsilon, 10, 100, 0.1, Schedule.Cosine, 0.9, 1e-4)));
        Assert.That(p2.FinetuneAnn, Is.EqualTo(p2.Pretrain with { Epochs = 30, LearningRate = 0.01 }));
        Assert.That(p2.Convert, Is.EqualTo(new ConvertSettings(100, 10, 64, 99.7, 0.3)));
        Assert.That(
            p2.FinetuneSnn,
            Is.EqualTo(new SnnTrainingSettings(Objective.Trades, 2, epsilon, PixelFraction.Of255(1), 80, 0.001, Schedule.Cosine, 0.9, 1e-4)));
        Assert.That(p2.Network, Is.EqualTo(new NetworkSettings("vgg16", 8, 1, ResetKind.Hard)));
    }

    [Test]
    public void P1_is_as_published()
    {
        ExperimentSettings p1 = Presets.Read("p1-cifar10-vgg11");
        Assert.That(p1.BatchSize, Is.EqualTo(64));
        Assert.That((p1.Pretrain.Epochs, p1.Pretrain.WeightDecay, p1.Pretrain.Beta), Is.EqualTo((200, 5e-4, 6.0)));
        Assert.That(p1.RunningStages, Is.EqualTo(new[] { Stage.Pretrain, Stage.Convert, Stage.FinetuneSnn }));
        Assert.That((p1.FinetuneSnn.Epochs, p1.FinetuneSnn.WeightDecay, p1.FinetuneSnn.Beta), Is.EqualTo((60, 1e-3, 2.0)));
        Assert.That((p1.Network.Architecture, p1.Data.Augmentation.Cutout), Is.EqualTo(("vgg11", 8)));
    }

    // METHODS 4 and 5.
    [TestCase("p2-cifar10-vgg16-uniform", PruneMethod.Hydra)]
    [TestCase("p2-cifar10-vgg16-nonuniform", PruneMethod.Harp)]
    [TestCase("p2-cifar100-wrn28-4-uniform", PruneMethod.Hydra)]
    public void Learned_pruning_is_as_published(string name, PruneMethod method)
    {
        ExperimentSettings settings = Presets.Read(name);
        Assert.That(settings.Prune, Is.EqualTo(new PruneSettings(
            method, 0.9, null, new AnnTrainingSettings(Objective.Trades, 2, PixelFraction.Of255(2), 10, 20, 0.1, Schedule.Cosine, 0.9, 1e-4), 0.01)));
    }

    // METHODS 5: from scratch, the loss of section 7, thresholds 1.
    [TestCase("p2-cifar10-vgg16-e2e-random", PruneMethod.Random, new[] { Stage.Prune, Stage.Convert, Stage.FinetuneSnn })]
    [TestCase("p2-cifar10-vgg16-e2e-mask", PruneMethod.Hydra, new[] { Stage.Pretrain, Stage.Prune, Stage.Redraw, Stage.Convert, Stage.FinetuneSnn })]
    public void Baselines_are_trained_from_end_to_end(string name, PruneMethod method, Stage[] stages)
    {
        ExperimentSettings settings = Presets.Read(name);
        Assert.That(settings.RunningStages, Is.EqualTo(stages));
        Assert.That((settings.Prune.Method, settings.Prune.Sparsity, settings.Convert.Threshold), Is.EqualTo((method, 0.9, 1.0)));
        Assert.That((settings.FinetuneSnn.Objective, settings.FinetuneSnn.Beta, settings.FinetuneSnn.Epochs), Is.EqualTo((Objective.Trades, 2.0, 350)));
    }

    [TestCase("p2-tinyimagenet-vgg11-dense", 64, 0, 0)]
    [TestCase("p1-tinyimagenet-vgg11", 64, 0, 16)]
    [TestCase("p1-cifar10-vgg11", 0, 4, 8)]
    public void Images_are_augmented_as_published(string name, int resized, int crop, int cutout) =>
        Assert.That(Presets.Read(name).Data.Augmentation, Is.EqualTo(new AugmentationSettings(crop, true, cutout, resized)));

    [Test]
    public void The_natural_one_differs_in_its_objectives_only([Values("cifar10-small", "shapes10-quick")] string name)
    {
        ExperimentSettings robust = Presets.Read(name), natural = Presets.Read(name + "-natural");
        IEnumerable<string> keys = SettingsTable.Differences(robust, natural).Select(each => each.Path);
        Assert.That(keys, Is.EqualTo(new[] { "name", "description", "pretrain.objective", "prune.training.objective", "finetune_ann.objective", "finetune_snn.objective" }));
    }
}
