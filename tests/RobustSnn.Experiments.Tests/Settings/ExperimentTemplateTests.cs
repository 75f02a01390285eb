using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Tests.Settings;

/// <summary>Files that rsnn new writes: every one is read, and has what was wished for.</summary>
public sealed class ExperimentTemplateTests
{
    private static readonly string[] Epsilons = ["", "8/255", "0.03", "1/255"];

    private static IEnumerable<ExperimentWish> Wishes =>
        from data in ExperimentTemplate.DataNames
        from size in ExperimentTemplate.Sizes
        where size != "paper" || data is not ("shapes10" or "folder")
        from sparsity in new[] { 0, 0.5, 0.995 }
        from epsilon in Epsilons
        select new ExperimentWish(data, data == "folder" ? "my: \"images\" #1" : null, size, sparsity, Radius(epsilon));

    [TestCaseSource(nameof(Wishes))]
    public void It_is_read_and_says_what_was_wished(ExperimentWish wish)
    {
        var settings = SettingsReader.Read(ExperimentTemplate.Write(wish), "new.yaml");
        Assert.That(settings.Data.Name.ToString().ToLowerInvariant(), Is.EqualTo(wish.Data));
        Assert.That(settings.Data.Directory, Is.EqualTo(wish.Directory ?? (wish.Data == "shapes10" ? null : $"data/{wish.Data}")));
        Assert.That(settings.Prune.Sparsity, Is.EqualTo(wish.Sparsity));
        Assert.That(settings.RunningStages.Contains(Stage.Prune) || wish.Sparsity == 0, "what is pruned has a stage that does it");
        Assert.That(settings.Data.TrainCount is not { } count || count > settings.Data.ValidationCount);
        if (wish.Epsilon is { } epsilon)
        {
            Assert.That(new[] { settings.Pretrain.Epsilon, settings.FinetuneAnn.Epsilon, settings.FinetuneSnn.Epsilon }, Is.All.EqualTo(epsilon));
            Assert.That(settings.FinetuneSnn.RandomStep.Value, Is.EqualTo(epsilon.Value / 2).Within(1e-9));
            Assert.That(settings.Evaluate.Epsilon.Single().Value.Radius, Is.EqualTo((float)epsilon.Value).Within(1e-9f));
        }
    }

    [TestCase("quick", "small")]
    [TestCase("small", "paper")]
    public void A_larger_size_takes_longer(string smaller, string larger)
    {
        static long Work(string size)
        {
            var settings = SettingsReader.Read(ExperimentTemplate.Write(new ExperimentWish("cifar10", null, size, 0.9, null)), "new.yaml");
            return (settings.Data.TrainCount ?? 50_000L) * (settings.Pretrain.Epochs + settings.FinetuneAnn.Epochs + settings.FinetuneSnn.Epochs);
        }

        Assert.That(Work(larger), Is.GreaterThan(Work(smaller)));
    }

    [Test]
    public void Every_setting_stands_once_and_has_a_comment_beside_what_needs_one()
    {
        var text = ExperimentTemplate.Write(new ExperimentWish("svhn", null, "paper", 0.9, Radius("8/255")));
        Assert.That(text, Does.Contain("base: p1-svhn-resnet20").And.Contain("stages: [pretrain, prune,")
            .And.Contain("random_step: 4/255").And.Not.Contain("\r"));
    }

    [TestCase("mnist", "small", 0.9, null, "--data: expected one of")]
    [TestCase("cifr10", "small", 0.9, null, "did you mean 'cifar10'?")]
    [TestCase("cifar10", "smal", 0.9, null, "did you mean 'small'?")]
    [TestCase("cifar10", "small", 1.0, null, "--sparsity: expected a number from 0 to below 1")]
    [TestCase("cifar10", "small", -0.1, null, "--sparsity")]
    [TestCase("cifar10", "small", double.NaN, null, "--sparsity")]
    [TestCase("shapes10", "paper", 0.9, null, "expected quick or small for shapes10")]
    [TestCase("folder", "small", 0.9, null, "expected the folder with your images")]
    [TestCase("cifar10", "small", 0.9, "0", "--epsilon: expected a radius above 0")]
    public void What_cannot_be_is_refused(string data, string size, double sparsity, string? epsilon, string said) => Assert.That(
        () => ExperimentTemplate.Write(new ExperimentWish(data, null, size, sparsity, Radius(epsilon ?? ""))), Refuses.Saying(said));

    private static PixelFraction? Radius(string text) => PixelFraction.TryParse(text, out var radius) ? radius : null;
}
