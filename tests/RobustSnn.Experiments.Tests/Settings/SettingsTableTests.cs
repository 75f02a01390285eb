using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Tests.Settings;

[TestFixture]
public sealed class SettingsTableTests
{
    private static readonly string[] AttackNames = ["fgsm", "pgd7", "pgd10_ens", "apgd-ce(steps=100)", "rfgsm-kl(alpha=0.25)_ens"];

    private static readonly char[] Letters = [.. "abz AZ09:#-'\"\\{}[],&*!|>%@`~?éμ☃/=._\u00a0\u2028"];

    private static ExperimentSettings Random(int seed)
    {
        var random = new Random(seed);
        T Any<T>()
            where T : struct, Enum => random.GetItems(Enum.GetValues<T>(), 1)[0];
        string Text() => new string(random.GetItems(Letters, random.Next(12))) + random.GetItems(new[] { "x", "null", "8/255", "1e3", "true" }, 1)[0];
        double Number() => random.Next(3) == 0 ? random.Next(100) : random.NextDouble() * Math.Pow(10, random.Next(-12, 12));
        double Share() => random.Next(4) == 0 ? 0 : random.NextDouble();
        PixelFraction Pixels(int from, int to) => PixelFraction.Of255(random.Next(from, to));
        int? Maybe(int from) => random.Next(2) == 0 ? null : random.Next(from, 100_000);
        double Mixed(Objective objective) => objective == Objective.At && random.Next(2) == 0 ? 0.25 + (Share() / 2) : 0;
        AnnTrainingSettings Ann()
        {
            Objective objective = Any<Objective>();
            return new(
                objective, Number(), Pixels(0, 256), random.Next(1, 50), random.Next(300), Number() + 1e-9, Any<Schedule>(), Share(), Number(),
                Mixed(objective));
        }

        SnnTrainingSettings Snn()
        {
            Objective objective = Any<Objective>();
            return new(
                objective, Number(), Pixels(100, 256), Pixels(0, 100), random.Next(300), Number() + 1e-9, Any<Schedule>(), Share(), Number(),
                Mixed(objective));
        }

        PruneSettings Prune()
        {
            PruneMethod method = Any<PruneMethod>();
            bool hasScope = method is PruneMethod.Lwm or PruneMethod.Random;
            return new(
                method, Share(), hasScope && random.Next(2) == 0 ? Any<PruningScope>() : null,
                random.Next(2) == 0 || method is PruneMethod.Hydra or PruneMethod.Harp ? Ann() : null,
                random.Next(2) == 0 || method == PruneMethod.Harp ? Share() + 1e-9 : null);
        }

        ValueList<Stage>[] lists = [StageNames.PapersOrder, [Stage.Prune, Stage.Convert, Stage.FinetuneSnn], [Stage.FinetuneAnn, Stage.Redraw]];
        ValueList<Stage>? stages = random.Next(2) == 0 ? null : random.GetItems(lists, 1)[0];
        Stage last = (stages ?? StageNames.PapersOrder)[^1];

        ValueList<int> Widths() => [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 65_537))];
        VggFeature[] features = [VggFeature.A, VggFeature.M, VggFeature.NewC(64)];
        ValueList<VggFeature> Layers() => [VggFeature.NewC(random.Next(1, 65_537)), .. random.GetItems(features, random.Next(9))];
        NetworkSettings Network()
        {
            var neurons = new NetworkSettings(null, random.Next(1, 100), 1 - Share(), Any<ResetKind>());
            return random.Next(4) switch
            {
                0 => neurons with { Architecture = random.GetItems(Architectures.names.ToArray(), 1)[0] },
                1 => neurons with { Family = NetworkFamily.Resnet, Depth = (6 * random.Next(1, 200)) + 2 },
                2 => neurons with { Family = NetworkFamily.Wrn, Depth = (6 * random.Next(1, 200)) + 4, Widen = random.Next(1, 65) },
                _ => neurons with
                {
                    Family = NetworkFamily.Vgg,
                    Layers = Layers(),
                    Head = random.Next(2) == 0 ? null : Widths(),
                    Dropout = random.Next(2) == 0 ? null : Share(),
                    Pooled = random.Next(2) == 0 ? null : random.Next(2) == 0,
                },
            };
        }

        DataSetName data = Any<DataSetName>();
        bool drawn = data == DataSetName.Shapes10;
        return new ExperimentSettings(
            $"run-{random.Next()}",
            random.Next(3) == 0 ? null : Text(),
            (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            new DataSettings(
                data,
                drawn ? null : Text(),
                drawn ? random.Next(1000, 2000) : Maybe(1000),
                drawn ? random.Next(1, 10) : Maybe(1),
                random.Next(1000),
                random.Next(2) == 0
                    ? new AugmentationSettings(random.Next(9), random.Next(2) == 0, random.Next(9))
                    : new AugmentationSettings(0, random.Next(2) == 0, random.Next(9), random.Next(300)),
                new ExtraSettings(random.Next(2) == 0 ? null : Text(), 0.25 + (Share() / 2))),
            Network(),
            random.Next(4, 1000),
            Ann(),
            Prune(),
            Ann(),
            new ConvertSettings(random.Next(1, 200), random.Next(1, 20), random.Next(1, 99), random.NextDouble() * 100, Number() + 1e-9,
                random.Next(2) == 0 ? null : Share() + 0.03),
            Snn(),
            new EvaluateSettings(
                Maybe(1), [AttackBudget.Of(Pixels(0, 256))], random.Next(1, 512),
                [.. random.GetItems(AttackNames, random.Next(5)).Distinct().Select(name => new AttackName(name))],
                random.Next(2) == 0 ? null : [last]),
            stages,
            random.Next(2) == 0 ? null : new StartSettings(Text(), last),
            random.Next(3) switch { 0 => null, 1 => new EnergySettings(), _ => new EnergySettings(Maybe(1), new AttackName("pgd7")) });
    }

    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 1_000_000)]
    public void What_is_written_is_read(int seed)
    {
        ExperimentSettings settings = Random(seed);
        ExperimentSettings read = SettingsReader.Read(SettingsWriter.Write(settings), "file.yaml");
        Assert.That(read, Is.EqualTo(settings));
        Assert.That(SettingsTable.Differences(read, settings), Is.Empty);
        Assert.That(SettingsWriter.Write(read), Is.EqualTo(SettingsWriter.Write(settings)));
    }

    [FsCheck.NUnit.Property(MaxTest = 100, EndSize = 1_000_000)]
    public bool Differences_are_empty_only_for_equal_experiments(int first, int second)
    {
        ExperimentSettings a = Random(first), b = Random(second);
        return a == b == (SettingsTable.Differences(a, b).Count == 0);
    }

    [Test]
    public void A_group_that_says_nothing_is_another_thing_than_none()
    {
        ExperimentSettings with = Presets.Read("shapes10-quick"), without = Presets.Read("shapes10-quick", ["energy="]);
        Assert.That(SettingsTable.Differences(without, with).Select(each => each.ToString()), Is.EqualTo(new[] { "energy: (none) against {}" }));
    }

    [Test]
    public void Differences_name_the_key_and_both_values()
    {
        ExperimentSettings a = Presets.Read("shapes10-quick"), b = Presets.Read("shapes10-quick", ["evaluate.samples=", "evaluate.attacks=[pgd]"]);
        Assert.That(
            SettingsTable.Differences(a, b).Select(difference => difference.ToString()),
            Is.EqualTo(new[] { "evaluate.samples: 200 against (none)", "evaluate.attacks: [fgsm, pgd7, pgd7_ens] against [pgd10]" }));
    }

    [TestCase("pretrain.epochs", "a whole number from 0", null, false)]
    [TestCase("prune.sparsity", "a number from 0 to below 1", null, false)]
    [TestCase("network.reset", "one of hard, soft", null, false)]
    [TestCase("convert.percentile", "a number from 0 to 100", "99.7", true)]
    [TestCase("data.train_count", "a whole number from 1", null, true)]
    [TestCase("description", "text in one line", null, true)]
    public void Keys_are_listed(string path, string expected, string? @default, bool optional)
    {
        SettingKey key = SettingsTable.Keys.Single(each => each.Path == path);
        Assert.That((key.Expected, key.Default, key.IsOptional), Is.EqualTo((expected, @default, optional)));
        Assert.That(key.Summary, Is.Not.Empty);
    }

    [Test]
    public void Leak_and_reset_are_the_models()
    {
        NeuronModel neurons = Presets.Read("shapes10-quick", ["network.leak=0.5", "network.reset=soft"]).Network.Neurons;
        Assert.That(neurons, Is.EqualTo(new NeuronModel(0.5, Reset.Soft)));
    }
}
