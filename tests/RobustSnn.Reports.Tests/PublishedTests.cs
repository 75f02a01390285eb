using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Reports.Published;

namespace RobustSnn.Reports.Tests;

/// <summary>P2's figures stand beside those of the same experiment, and beside no others.</summary>
public sealed class PublishedTests
{
    [Test]
    public void Every_row_is_there() => Assert.That(PublishedRow.All, Has.Count.EqualTo(623));

    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", "", "uniform", 90)]
    [TestCase("p2-cifar10-vgg16-lwm", "SNN finetuned", "fgsm_ens", "2/255", "prune.sparsity=0.5", "lwm", 50)]
    [TestCase("p2-cifar10-vgg16-nonuniform", "sparse ANN", "pgd10", "4/255", "seed=7", "nonuniform", 90)]
    [TestCase("p2-cifar10-vgg16-dense-extra", "SNN finetuned", null, null, "data.extra.path=elsewhere.bin", "dense", 0)]
    [TestCase("p2-cifar10-vgg16-e2e-random", "SNN end to end", "pgd10_ens", "8/255", "", "uniform", 90)]
    public void The_same_experiment_has_a_row(string preset, string network, string? attack, string? ball, string change, string pruning, double sparsity)
    {
        var found = Find(preset, network, attack, ball, 10_000, change);
        Assert.That(found, Is.Not.Empty);
        Assert.That(found.Select(row => (row.Pruning, row.SparsityPercent, row.Attack)), Is.All.EqualTo((pruning, sparsity, attack ?? "clean")));
    }

    [TestCase("cifar10-small", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", 1000, "")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "finetune_snn.epochs=8")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "data.train_count=5000")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "network.timesteps=4")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "prune.sparsity=0.85")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "3/255", 10_000, "")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN finetuned", "pgd10_ens", "l2:0.5", 10_000, "")]
    [TestCase("p2-cifar10-vgg16-uniform", "SNN as converted", "pgd10_ens", "8/255", 10_000, "")]
    [TestCase("p2-cifar10-vgg16-dense", "SNN finetuned", "pgd10_ens", "8/255", 10_000, "")] // without the extra images that P2 had
    [TestCase("p2-cifar10-vgg16-e2e-random", "SNN end to end", "pgd10_ens", "8/255", 10_000, "prune.method=lwm")]
    public void Another_experiment_has_none(string preset, string network, string attack, string ball, int samples, string change) =>
        Assert.That(Find(preset, network, attack, ball, samples, change), Is.Empty);

    private static IReadOnlyList<PublishedRow> Find(string preset, string network, string? attack, string? ball, int samples, string change)
    {
        var settings = Presets.Read(preset, change.Length > 0 ? [change] : []);
        AttackBudget? budget = ball is null ? null : AttackBudget.TryParse(ball, out var read) ? read : throw new ArgumentException(ball);
        return PublishedMatch.Of(settings, new RunRow(network, samples, 0.5, new Dictionary<string, double>(), 1, 1, null, []), attack, budget);
    }
}
