using RobustSnn.Engine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Model;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>The repository's cases with one thing changed: what no longer agrees fails under its group, and what is missing is named.</summary>
public sealed class DamagedCaseTests
{
    private const string Steps = "next-steps-vggmini-t2-hard-exact";
    private const string LongSteps = "next-steps-vggmini-t4-hard";
    private const string Attacks = "next-attacks-vggmini-t4-hard";
    private const string Ensemble = "next-ensemble-vggmini-t4-hard-4samples";
    private const string Balance = "next-balance-wrn10-1-t4-hard";
    private const string Ann = "next-ann-vggmini-t4-hard";

    [TestCase(Steps, "steps.loss", "steps.loss", 3e-5f)]
    [TestCase(Steps, "steps.natural", "steps.loss", 3e-5f)]
    [TestCase(Steps, "steps.robust", "steps.loss", 3e-5f)]
    [TestCase(Steps, "steps.x_adv", "steps.x_adv", -1e-3f)]
    [TestCase(Steps, "steps.correct", "steps.correct", 1f)]
    [TestCase(Steps, "steps.after1.features.4.weight", "steps.after1", 3e-5f)]
    [TestCase(Steps, "steps.after1.features.1.running_mean", "steps.after1", 3e-5f)]
    [TestCase(Steps, "steps.final.features.10.v_th", "steps.final", 3e-5f)]
    [TestCase(Steps, "steps.final.features.5.running_var", "steps.final", 3e-5f)]
    [TestCase(LongSteps, "steps.after1.features.4.weight", "steps.after1", 3e-5f)]
    [TestCase(LongSteps, "steps.loss", "steps.loss", 0.03f)]
    [TestCase(LongSteps, "steps.final.features.4.weight", "steps.final", 0.005f)]
    [TestCase(Attacks, "apgdt.targets", "apgdt", 1f)]
    [TestCase(Attacks, "apgdt.runs.loss_best", "apgdt", 0.1f)]
    [TestCase(Attacks, "apgdt.runs.correct", "apgdt", 1f)]
    [TestCase(Attacks, "apgdt.correct", "apgdt", 1f)]
    [TestCase(Attacks, "apgdt.x_adv", "apgdt", -1e-3f)]
    [TestCase(Attacks, "square.size", "square", 1f)]
    [TestCase(Attacks, "square.queries", "square", 1f)]
    [TestCase(Attacks, "square.correct", "square", 1f)]
    [TestCase(Attacks, "square.margin", "square", 0.01f)]
    [TestCase(Attacks, "square.x_adv", "square", -1e-3f)]
    [TestCase(Ensemble, "ens.fgsm.alone", "ens.fgsm", 1f)]
    [TestCase(Ensemble, "ens.pgd.correct", "ens.pgd", 1f)]
    [TestCase(Ensemble, "ens.apgd.robust", "ens.apgd", 1f)]
    [TestCase(Ensemble, "ens.apgd.alone_margin", "ens.apgd", 0.01f)]
    [TestCase(Ensemble, "ens.pgd.start", "ens.pgd", -5e-3f)]
    [TestCase(Balance, "residual_balance.thresholds", "residual_balance", 0.01f)]
    public void Other_numbers_fail(string file, string tensor, string group, float change)
    {
        var row = Check(file, group, tensors => Change(tensors, tensor, value => value + change * (1 + Math.Abs(value))));
        Assert.That(row.Pass, Is.False, row.Detail);
        Assert.That(row.WorstError, Is.GreaterThan(row.Tolerance), row.Detail);
    }

    // The order of a step, its noise and its settings: each leaves the losses of the first clean pass as they are.
    [TestCase("steps.noise", "steps.x_adv")]
    [TestCase("steps.noise", "steps.final")]
    public void Other_noise_fails(string tensor, string group) =>
        Assert.That(Check(Steps, group, tensors => Change(tensors, tensor, value => -value)).Pass, Is.False);

    [TestCase("steps_lr", "0.002", "steps.after1")]
    [TestCase("steps_momentum", "0", "steps.final")]
    [TestCase("steps_weight_decay", "0.1", "steps.after1")]
    [TestCase("steps_beta", "6", "steps.loss")]
    [TestCase("steps_eps", "4/255", "steps.x_adv")]
    public void Other_settings_of_the_steps_fail(string key, string value, string group) =>
        Assert.That(Check(Steps, group, _ => { }, metadata => metadata[key] = value).Pass, Is.False);

    // One of each kind of thing that a kind promises; "*" stands for all of a group.
    [TestCase(Steps, "steps.robust", "steps.loss")]
    [TestCase(Steps, "steps.x_adv", "steps.x_adv")]
    [TestCase(Steps, "steps.final.features.1.running_var", "steps.final")]
    [TestCase(Steps, "steps.after1.*", "steps.after1")]
    [TestCase(Steps, "steps.noise", "steps.loss")]
    [TestCase(Steps, "steps.margin", "steps.final")]
    [TestCase(Steps, "steps.x", "steps.loss")]
    [TestCase(Steps, "steps.y", "steps.correct")]
    [TestCase(Ann, "ann.mart.loss", "ann.mart.loss")]
    [TestCase(Ann, "ann.at.grad.features.0.weight", "ann.at.grad")]
    [TestCase(Ann, "ann.trades.statistics.*", "ann.trades.statistics")]
    [TestCase(Attacks, "apgdt.*", "apgdt")]
    [TestCase(Attacks, "apgdt.rand", "apgdt")]
    [TestCase(Attacks, "square.*", "square")]
    [TestCase(Attacks, "square.sign", "square")]
    [TestCase(Attacks, "tpgd.ann.loss", "tpgd.ann")]
    [TestCase(Attacks, "mart_attack.ann.*", "mart_attack.ann")]
    [TestCase(Ensemble, "ens.pgd.robust", "ens.pgd")]
    [TestCase(Ensemble, "ens.fgsm.*", "ens.fgsm")]
    [TestCase(Ensemble, "ens.apgd.rand", "ens.apgd")]
    [TestCase(Balance, "residual_balance.thresholds", "residual_balance")]
    [TestCase(Balance, "residual_balance.x", "residual_balance")]
    public void What_the_kind_promises_must_be_there(string file, string missing, string group)
    {
        var prefix = missing.TrimEnd('*');
        var row = Check(file, group, tensors => tensors.Keys.Where(name => name == missing || (prefix != missing && name.StartsWith(prefix, StringComparison.Ordinal)))
            .ToList().ForEach(name => tensors.Remove(name)));
        Assert.That(row.Pass, Is.False);
        Assert.That(row.Detail, Does.Contain($"'{prefix}"));
    }

    [Test]
    public void A_case_without_attacks_of_the_ANN_may_say_so()
    {
        var (metadata, tensors) = Copy(Attacks);
        metadata["ann_forms"] = "no";
        tensors.Keys.Where(name => name.Contains(".ann.", StringComparison.Ordinal)).ToList().ForEach(name => tensors.Remove(name));
        Assert.That(ConformanceRunner.GroupsOf(new GoldenCase(metadata, tensors)), Has.None.Contains("ann"));
    }

    [TestCase("step", "steps")]
    [TestCase("", "ann")]
    [TestCase("Ensemble", "ensemble")]
    public void A_kind_that_is_none_is_refused(string kind, string nearest)
    {
        var (metadata, tensors) = Copy(Steps);
        metadata["kind"] = kind;
        Assert.That(() => ConformanceRunner.GroupsOf(new GoldenCase(metadata, tensors)), Throws.TypeOf<BadInputException>()
            .With.Message.Contains($"'{kind}'").And.Message.Contains($"nearest is {nearest}"));
    }

    [TestCase(Attacks, "square.row", 13f, "square", "square.row")]
    [TestCase(Attacks, "square.column", -1f, "square", "square.column")]
    [TestCase(Attacks, "square.column", 1e9f, "square", "square.column")]
    [TestCase(Attacks, "square.sign", 0f, "square", "square.sign")]
    [TestCase(Attacks, "square.init", 0.5f, "square", "square.init")]
    [TestCase(Attacks, "apgdt.rand", float.NaN, "apgdt", "apgdt.rand")]
    [TestCase(Attacks, "y", 10f, "apgdt", "'y'")]
    [TestCase(Steps, "steps.y", 10f, "steps.loss", "steps.y")]
    [TestCase(Steps, "steps.y", 0.5f, "steps.loss", "steps.y")]
    [TestCase(Steps, "steps.y", 3e9f, "steps.loss", "steps.y")]
    [TestCase(Steps, "steps.margin", float.NaN, "steps.loss", "steps.margin")]
    [TestCase(Steps, "steps.noise", float.PositiveInfinity, "steps.loss", "steps.noise")]
    [TestCase(Ensemble, "ens.pgd.start", float.NegativeInfinity, "ens.pgd", "ens.pgd.start")]
    [TestCase(Balance, "residual_balance.x", float.NaN, "residual_balance", "residual_balance.x")]
    [TestCase(Steps, "param.features.2.v_th", 0f, "steps.loss", "threshold above 0, found 0")]
    [TestCase(Steps, "param.features.1.running_var", -1e-6f, "steps.loss", "variance of at least 0")]
    [TestCase(Steps, "param.features.0.weight", float.NaN, "param", "features.0.weight")]
    public void A_value_that_cannot_be_is_named(string file, string tensor, float value, string group, string named)
    {
        var row = Check(file, group, tensors => Change(tensors, tensor, _ => value));
        Assert.That(row.Pass, Is.False);
        Assert.That(row.Detail, Does.Contain(named));
    }

    [TestCase(Steps, "steps.x", 10, 2, 3, 8, 7)]
    [TestCase(Steps, "steps.x", 0, 2, 3, 8, 8)]
    [TestCase(Steps, "steps.y", 10, 3)]
    [TestCase(Steps, "steps.y", 20)]
    [TestCase(Steps, "steps.noise", 9, 2, 3, 8, 8)]
    [TestCase(Steps, "steps.loss", 9)]
    [TestCase(Steps, "steps.margin", 1)]
    [TestCase(Steps, "steps.after1.features.1.bias", 9)]
    [TestCase(Steps, "steps.final.classifier.4.bias", 11)]
    [TestCase(Attacks, "apgdt.rand", 8, 8, 3, 16, 16)]
    [TestCase(Attacks, "apgdt.targets", 8, 8)]
    [TestCase(Attacks, "apgdt.runs.correct", 72)]
    [TestCase(Attacks, "apgdt.correct", 9)]
    [TestCase(Attacks, "square.init", 8, 3, 16, 1)]
    [TestCase(Attacks, "square.size", 299)]
    [TestCase(Attacks, "square.sign", 300, 1)]
    [TestCase(Attacks, "square.margin", 7)]
    [TestCase(Ensemble, "ens.pgd.start", 18, 4, 3, 16, 16)]
    [TestCase(Ensemble, "ens.apgd.rand", 19, 4, 3, 16, 16)]
    [TestCase(Ensemble, "ens.fgsm.alone", 4, 19)]
    [TestCase(Ensemble, "ens.fgsm.robust", 5)]
    [TestCase(Balance, "residual_balance.x", 21, 2, 3, 16, 16)]
    [TestCase(Balance, "residual_balance.thresholds", 8)]
    public void A_tensor_of_a_wrong_shape_is_named(string file, string name, params int[] dimensions)
    {
        var (metadata, tensors) = Copy(file);
        tensors[name] = new GoldenTensor(dimensions, new float[dimensions.Aggregate(1, (product, size) => product * size)]);
        Assert.That(() => new GoldenCase(metadata, tensors).Tensor(name),
            Throws.TypeOf<BadInputException>().With.Message.StartsWith($"'{name}' is ({string.Join(", ", dimensions)}), expected ("));
    }

    [Test]
    public void Too_few_mini_batches_for_the_references_loop_are_said()
    {
        var row = Check(Balance, "residual_balance", tensors =>
            tensors["residual_balance.x"] = new GoldenTensor([20, 1, 3, 16, 16], tensors["residual_balance.x"].Values[..(20 * 768)]));
        Assert.That(row.Detail, Does.Contain("at least 21 mini-batches").And.Contain("found 20"));
    }

    [TestCase(Steps, "T", "0", "steps.loss")]
    [TestCase(Steps, "T", "2147483647", "steps.loss")]
    [TestCase(Steps, "batch", "-1", "steps.loss")]
    [TestCase(Steps, "batch", "2147483647", "steps.x_adv")]
    [TestCase(Steps, "input_size", "0", "steps.loss")]
    [TestCase(Steps, "leak", "0", "steps.loss")]
    [TestCase(Steps, "leak", "NaN", "steps.loss")]
    [TestCase(Steps, "norm_std", "(0, 0, 0)", "steps.loss")]
    [TestCase(Steps, "steps_eps", "8/0", "steps.loss")]
    [TestCase(Steps, "steps_alpha", "3/255", "steps.loss")]
    [TestCase(Attacks, "eps", "NaN", "square")]
    [TestCase(Attacks, "eps", "-1", "apgdt")]
    [TestCase(Attacks, "square_queries", "0", "square")]
    [TestCase(Ensemble, "steps", "ten", "ens.pgd")]
    [TestCase(Balance, "balance_T", "0", "residual_balance")]
    [TestCase(Ann, "mart_beta", "∞", "ann.mart.loss")]
    public void Metadata_that_make_no_sense_fail_with_a_sentence(string file, string key, string value, string group)
    {
        var row = Check(file, group, _ => { }, metadata => metadata[key] = value);
        Assert.That(row.Pass, Is.False);
        Assert.That(row.Detail, Does.Contain("expect"));
    }

    // Also where it is a number that may stand there.
    [Test]
    public void Nothing_in_the_metadata_is_an_error_of_the_program(
        [Values("T", "batch", "input_size", "leak", "reset", "steps_eps", "steps_alpha", "steps_lr", "steps_beta", "norm_mean", "norm_std", "architecture")] string key,
        [Values("", "-1", "0", "2", "1e9", "2147483647", "99999999999", "NaN", "8/0", "(1, 2, 3)")] string value) =>
        Assert.That(() => Check(Steps, "steps.loss", _ => { }, metadata => metadata[key] = value), Throws.Nothing);

    private static ConformanceRow Check(
        string file, string group, Action<Dictionary<string, GoldenTensor>> damage, Action<Dictionary<string, string>>? rewrite = null)
    {
        var (metadata, tensors) = Copy(file);
        damage(tensors);
        rewrite?.Invoke(metadata);
        using var backend = Backends.Open();
        using var runner = new ConformanceRunner(new GoldenCase(metadata, tensors), backend);
        Assert.That(runner.Groups, Does.Contain(group));
        return runner.Check(group);
    }

    private static (Dictionary<string, string> Metadata, Dictionary<string, GoldenTensor> Tensors) Copy(string file) =>
        (GoldenCases.All[file].Metadata.ToDictionary(), GoldenCases.All[file].Tensors.ToDictionary());

    private static void Change(Dictionary<string, GoldenTensor> tensors, string name, Func<float, float> change)
    {
        var tensor = tensors[name];
        tensors[name] = new GoldenTensor(tensor.Dimensions, Array.ConvertAll(tensor.Values, value => change(value)));
    }
}
