using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Settings;

[TestFixture]
public sealed class SettingsReaderTests
{
    private const string Valid = ExampleExperiment.Text;

    private static string With(string old, string replacement)
    {
        Assert.That(Valid, Does.Contain(old), "the case must change something");
        int start = Valid.IndexOf(old, StringComparison.Ordinal);
        return string.Concat(Valid.AsSpan(0, start), replacement, Valid.AsSpan(start + old.Length));
    }

    private static int LineOf(string text, string part) =>
        text[..text.IndexOf(part, StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;

    // What to replace, with what, the key in the message, the line's text that the place points at, what else the message says.
    private static readonly object[][] Refused =
    [
        ["  epochs: 20", "  epocs: 20", "pretrain.epocs", "epocs: 20", "did you mean 'epochs'?"],
        ["seed: 1", "seeed: 1", "seeed", "seeed", "did you mean 'seed'?"],
        ["  sparsity: 0.9", "  sparsity: 1", "prune.sparsity", "sparsity: 1", "expected a number from 0 to below 1, found '1'"],
        ["  sparsity: 0.9", "  sparsity: -0.1", "prune.sparsity", "sparsity: -", "found '-0.1'"],
        ["  sparsity: 0.9", "  sparsity: NaN", "prune.sparsity", "sparsity: N", "expected a number from 0 to below 1, found 'NaN'"],
        ["  epochs: 20", "  epochs: -1", "pretrain.epochs", "epochs: -1", "expected a whole number from 0, found '-1'"],
        ["  epochs: 20", "  epochs: 2.5", "pretrain.epochs", "epochs: 2.5", "expected a whole number from 0, found '2.5'"],
        ["  epochs: 20", "  epochs: 99999999999", "pretrain.epochs", "epochs: 9", "found '99999999999'"],
        ["  epochs: 20", "  epochs:", "pretrain.epochs", "epochs:", "found nothing"],
        ["  epochs: 20", "  epochs: [20]", "pretrain.epochs", "epochs: [", "found a list"],
        ["  epochs: 20", "  epochs: {a: 1}", "pretrain.epochs", "epochs: {", "found a mapping"],
        ["  epochs: 20\n", "", "pretrain.epochs", "  objective", "the key is missing: expected a whole number from 0"],
        ["prune:\n  method: lwm\n  scope: layer\n  sparsity: 0.9\n", "", "prune", "name:", "the key is missing"],
        ["  epochs: 20", "  epochs: 20\n  epochs: 30", "pretrain.epochs", "epochs: 30", "the key is already there at file.yaml:"],
        ["seed: 1", "seed: -1", "seed", "seed: -1", "expected a whole number from 0, found '-1'"],
        ["  objective: trades", "  objective: trade", "pretrain.objective", "objective: trade\n", "expected one of natural, at, trades, mart, found 'trade'; did you mean 'trades'?"],
        ["  reset: hard", "  reset: 0", "network.reset", "reset: 0", "expected one of hard, soft, found '0'"],
        ["  leak: 1", "  leak: 0", "network.leak", "leak: 0", "expected a number above 0 to 1, found '0'"],
        ["  architecture: vggsmall", "  architecture: vgsmall", "network.architecture", "architecture: vgs", "did you mean 'vggsmall'?"],
        ["  flip: true", "  flip: yes", "data.augmentation.flip", "flip: yes", "expected true or false, found 'yes'"],
        ["  epsilon: 2/255", "  epsilon: 2", "pretrain.epsilon", "epsilon: 2\n", "expected a distance in pixel units from 0 to 1, e.g. 8/255, found '2'"],
        ["  attacks: [fgsm, pgd10,", "  attacks: [fgsm, pdg,", "evaluate.attacks", "attacks:", "There is no attack 'pdg'. The nearest are pgd"],
        ["  attacks: [fgsm, pgd10,", "  attacks: [fgsm, fgsm,", "evaluate.attacks", "attacks:", "found 'fgsm' a second time"],
        ["  attacks: [fgsm, pgd10, fgsm_ens, pgd10_ens]", "  attacks: { fgsm: 1 }", "evaluate.attacks", "attacks:", "expected a list of different values"],
        ["name: cifar10-small", "name: ../escape", "name", "name:", "found '../escape'"],
        ["name: cifar10-small", "name: ''", "name", "name:", "expected text in one line, found ''"],
        ["prune:\n  method", "prune: lwm\nprunes:\n  method", "prunes", "prunes:", "did you mean 'prune'?"],
        ["convert:\n", "convert: 3\nfoo:\n", "foo", "foo:", "unknown key"],
        ["  directory: data/cifar-10-batches-bin\n", "", "data.directory", "  name: cifar10", "cifar10 is read from a folder"],
        ["  validation_count: 1000", "  train_count: 1000\n  validation_count: 1000", "data.validation_count", "validation_count", "expected fewer than the 1000"],
        ["  random_step: 1/255", "  random_step: 3/255", "finetune_snn.random_step", "random_step", "expected at most finetune_snn.epsilon, 2/255, found 3/255"],
        ["  name: cifar10\n", "  name: shapes10\n", "data.directory", "directory:", "set it to null"],
    ];

    [TestCaseSource(nameof(Refused))]
    public void Mistakes_are_refused_with_their_place(string old, string replacement, string key, string at, string message)
    {
        string text = With(old, replacement);
        int line = LineOf(text, at);
        Assert.That(
            () => SettingsReader.Read(text, "file.yaml"),
            Refuses.At($"file.yaml:{line}:", $": {key}: ", message));
    }

    [TestCase("", "expected keys and values")]
    [TestCase("# nothing\n", "expected keys and values")]
    [TestCase("- a\n- b\n", "expected keys and values")]
    [TestCase("a: 1\n---\nb: 2\n", "found a second")]
    [TestCase("a: [1\n", "not valid YAML")]
    [TestCase("a:\n  b: [c\n  d: 1\n", "not valid YAML here")]
    [TestCase("a: !!int]\n", "not valid YAML after this")]
    [TestCase("a: [-]\n", "not valid YAML: ")]
    [TestCase("a: &x 1\n", "anchors")]
    [TestCase("a: *x\n", "aliases")]
    [TestCase("a: !!int 1\n", "tags")]
    [TestCase("[a]: 1\n", "as key")]
    [TestCase("a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n", "nested more than 16 deep")]
    [TestCase("base: p2-cifar10-vgg1\n", "did you mean 'p2-cifar10-vgg16'?")]
    [TestCase("base: [a]\n", "expected the name of a preset, found a list")]
    public void Other_YAML_is_refused(string text, string message) =>
        Assert.That(
            () => SettingsReader.Read(text, "file.yaml"),
            Refuses.At("file.yaml:", message));

    // A tab in the indentation after a mapping, a scalar, spaces, in a list and in a block of text; then mistakes without tabs.
    [TestCase("a: 1\nb:\n\tc: 1\n", "3:1", "tab")]
    [TestCase("a: 1\r\nb:\r\n\tc: 1\r\n", "3:1", "tab")]
    [TestCase("a: '🐈'\nb:\n\tc: 1\n", "3:1", "tab")]
    [TestCase("a: 1\n\tb: 2\n", "2:1", "tab")]
    [TestCase("a: 1\n\t\nb: 2\n", "2:1", "tab")]
    [TestCase("a:\n\t- 1\n", "2:1", "tab")]
    [TestCase("a: |\n\tx\n", "2:1", "tab")]
    [TestCase("a: 1\nb:\n  c: 1\n\td: 2\n", "4:1", "tab")]
    [TestCase("a: 1\nb:\n  c: 1\n  \td: 2\n", "4:3", "tab")]
    [TestCase("a: 1\nb: \"x\\q\"\n", "2:6", "unknown escape")]
    [TestCase("a: 1\nb: 'x\nc: 2\n", "2:4", "end of stream")]
    [TestCase("a: 1\nb: @x\n", "2:4", "cannot start any token")]
    [TestCase("a: 1\nb: @\tx\n", "2:4", "cannot start any token")]
    [TestCase("a: 1\nb: c: d\n", "2:5", "invalid mapping")]
    [TestCase("a: 1\n- b\n", "2:1", "expected key")]
    [TestCase("a:\n  b: [c\n  d: 1\n", "3:3", "not closed")]
    [TestCase("}\n", "1:1", "expected node content")]
    [TestCase("%YAML 3.0\n---\na: 1\n", "1:1", "incompatible")]
    public void What_is_no_YAML_is_refused_at_its_place(string text, string at, string message) =>
        Assert.That(() => SettingsReader.Read(text, "file.yaml"), Refuses.At($"file.yaml:{at}: not valid YAML", message));

    [Test]
    public void A_base_gives_what_the_file_leaves_out()
    {
        ExperimentSettings settings = SettingsReader.Read("base: cifar10-small\nname: mine\npretrain:\n  beta: 6\n", "file.yaml");
        ExperimentSettings preset = Presets.Read("cifar10-small");
        Assert.That(settings, Is.EqualTo(preset with { Name = "mine", Pretrain = preset.Pretrain with { Beta = 6 } }));
    }

    [Test]
    public void A_mistake_over_a_base_is_placed_in_the_file() =>
        Assert.That(
            () => SettingsReader.Read("base: cifar10-small\npretrain:\n  epocs: 6\n", "file.yaml"),
            Refuses.At("file.yaml:3:3: pretrain.epocs: "));

    [Test]
    public void Null_takes_back_what_the_base_says() =>
        Assert.That(
            SettingsReader.Read("base: shapes10-quick\nevaluate:\n  samples: null\n", "file.yaml").Evaluate.Samples,
            Is.Null);

    [Test]
    public void Defaults_stand_in_for_a_whole_group()
    {
        string text = With("convert:\n  timesteps: 100\n  batch_count: 10\n  batch_size: 64\n  percentile: 99.7\n  scale: 0.3\n", "");
        Assert.That(SettingsReader.Read(text, "file.yaml").Convert, Is.EqualTo(new ConvertSettings(100, 10, 64, 99.7, 0.3)));
    }

    [TestCase("pretrain.epochs=3", 3)]
    [TestCase("pretrain.epochs= 0", 0)]
    public void An_override_comes_last(string assignment, int epochs) =>
        Assert.That(SettingsReader.Read(Valid, "file.yaml", ["pretrain.epochs=99", assignment]).Pretrain.Epochs, Is.EqualTo(epochs));

    [Test]
    public void An_override_may_be_a_list() =>
        Assert.That(Presets.Read("cifar10-small", ["evaluate.attacks=[pgd_ens]"]).Evaluate.Attacks, Is.EqualTo(new[] { new AttackName("pgd10_ens") }));

    [TestCase("evaluate.epsilon=8/255", "8/255")]
    [TestCase("evaluate.epsilon=[2/255, 8/255, l2:0.5]", "2/255, 8/255, l2:0.5")]
    public void Radii_are_one_or_a_list(string assignment, string radii) =>
        Assert.That(string.Join(", ", Presets.Read("cifar10-small", [assignment]).Evaluate.Epsilon), Is.EqualTo(radii));

    /// <summary>An attack with several options has a comma, which in a list in brackets needs quotes: they are written, too.</summary>
    [Test]
    public void An_attack_with_several_options_comes_back_from_its_file()
    {
        const string Name = "pgd7(restarts=5,surrogate=bptt.ASSG.0.38)";
        var settings = Presets.Read("cifar10-small", [$"evaluate.attacks=['{Name}', fgsm]"]);
        Assert.That(settings.Evaluate.Attacks, Is.EqualTo(new[] { new AttackName(Name), new AttackName("fgsm") }));
        Assert.That(SettingsReader.Read(SettingsWriter.Write(settings), "file").Evaluate.Attacks, Is.EqualTo(settings.Evaluate.Attacks));
    }

    [TestCase("evaluate.attacks=[pgd7(restarts=5,surrogate=act)]", "quotes")]
    [TestCase("evaluate.attacks=[pgd10(restart=5)]", "restarts")]
    [TestCase("evaluate.attacks=[pdg]", "pgd")]
    [TestCase("evaluate.epsilon=[l3:0.5]", "8/255")]
    public void An_attack_or_radius_that_is_none_is_refused(string assignment, string saying) => Assert.That(
        () => Presets.Read("cifar10-small", [assignment]), Throws.TypeOf<RobustSnn.Model.BadInputException>().With.Message.Contains(saying));

    [Test]
    public void An_override_may_take_back() =>
        Assert.That(Presets.Read("shapes10-quick", ["evaluate.samples="]).Evaluate.Samples, Is.Null);

    [TestCase("pretrain.epocs=3", "pretrain.epocs: unknown key")]
    [TestCase("pretrain.epochs=-3", "pretrain.epochs: expected a whole number from 0, found '-3'")]
    [TestCase("pretrain=3", "pretrain: expected keys: objective")]
    [TestCase("pretrain.epochs.more=3", "pretrain.epochs: expected a whole number from 0, found a mapping")]
    [TestCase("pretrain.epochs", "expected key.path=value")]
    [TestCase("=3", "expected key.path=value")]
    [TestCase("pretrain..epochs=3", "expected key.path=value")]
    [TestCase("evaluate.attacks=[fgsm", "not valid YAML")]
    [TestCase("base=cifar10-small", "base: unknown key")]
    public void A_bad_override_is_refused(string assignment, string message) =>
        Assert.That(
            () => SettingsReader.Read(Valid, "file.yaml", [assignment]),
            Refuses.At($"--set {assignment}: ", message));

    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 1_000_000)]
    public void Damaged_files_are_read_or_refused(int seed)
    {
        string text = System.Text.Encoding.Latin1.GetString(Files.Damage.Of(System.Text.Encoding.Latin1.GetBytes(Valid), seed));
        Files.Damage.ReadOrRefuse(() => SettingsReader.Read(text, "file.yaml"));
    }

    [Test]
    public void A_missing_file_is_refused() =>
        Assert.That(() => SettingsReader.ReadFile("no-such.yaml"), Refuses.At("no-such.yaml: "));
}
