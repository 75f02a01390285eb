using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Tests.Settings;

/// <summary>What experiment files may say about stages, where a run begins, pruning and mixed batches.</summary>
public sealed class StageRulesTests
{
    [Test]
    public void Without_a_list_the_stages_are_the_papers() =>
        Assert.That(Read("").RunningStages, Is.EqualTo(new[] { Stage.Pretrain, Stage.Prune, Stage.FinetuneAnn, Stage.Convert, Stage.FinetuneSnn }));

    [TestCase("[prune, convert, finetune_snn]")]
    [TestCase("[pretrain, prune, redraw, convert, finetune_snn]")]
    [TestCase("[pretrain, convert]")]
    [TestCase("pretrain")]
    [TestCase("[prune, finetune_ann]")]
    public void A_list_is_taken_as_it_is(string stages) => Assert.That(Read($"stages: {stages}").RunningStages, Is.EqualTo(Read($"stages: {stages}").Stages));

    [TestCase("stages: []", "stages", "expected a stage, found none")]
    [TestCase("stages: [prune, pretrain]", "stages", "expected pretrain, which begins with a new network, before prune")]
    [TestCase("stages: [pretrain, convert, prune]", "stages", "expected prune, which works on an ANN, before convert")]
    [TestCase("stages: [pretrain, convert, redraw, finetune_snn]", "stages", "expected redraw, which works on an ANN, before convert")]
    [TestCase("stages: [finetune_snn]", "stages", "expected convert before finetune_snn")]
    [TestCase("stages: [pretrain, finetune_snn]", "stages", "expected convert before finetune_snn")]
    [TestCase("stages: [prune, convert, prune]", "stages", "found 'prune' a second time")]
    [TestCase("stages: [prune, convertt]", "stages", "did you mean 'convert'")]
    [TestCase("stages: [pretrain, prune]\nstart: { from: a, at: convert }", "start.at", "expected one of the experiment's stages, pretrain, prune, found convert")]
    [TestCase("start: { from: a, at: pretrain }", "start.at", "finetune_ann trains on")]
    [TestCase("start: { from: a }", "start.at", "the key is missing")]
    [TestCase("start: { at: prune }", "start.from", "the key is missing")]
    [TestCase("start: convert", "start", "expected keys: from, at")]
    [TestCase("evaluate: { stages: [redraw] }", "evaluate.stages", "expected stages that the experiment runs, found redraw")]
    [TestCase("start: { from: a, at: convert }\nevaluate: { stages: [pretrain] }", "evaluate.stages", "found pretrain")]
    [TestCase("prune: { method: hydra, training: }", "prune.training", "hydra learns its masks by training")]
    [TestCase("prune: { method: harp, gamma: }", "prune.gamma", "0.01")]
    [TestCase("prune: { method: erk, scope: layer }", "prune.scope", "erk divides the share")]
    [TestCase("prune: { method: lmp }", "prune.method", "did you mean 'lamp'")]
    [TestCase("prune: { method: hydra, training: { TRAINING, clean_share: 0.5 } }", "prune.training.clean_share", "trades does not mix batches")]
    [TestCase("prune: { gamma: 0 }", "prune.gamma", "above 0")]
    [TestCase("pretrain: { objective: at, clean_share: 1 }", "pretrain.clean_share", "from 0 to below 1")]
    [TestCase("finetune_snn: { clean_share: 0.5 }", "finetune_snn.clean_share", "trades does not mix batches")]
    [TestCase("convert: { threshold: 0.01 }", "convert.threshold", "from 0.03")]
    [TestCase("energy: { attack: pgd10_ens }", "energy.attack", "expected one attack with one gradient estimator")]
    [TestCase("energy: { attack: pgd10 }\nevaluate: { epsilon: [] }", "energy.attack", "expected a radius")]
    [TestCase("batch_size: 16\npretrain: { objective: at, clean_share: 0.97 }", "pretrain.clean_share", "a clean and an attacked image in a batch of 16")]
    [TestCase("batch_size: 16\npretrain: { objective: at, clean_share: 0.03 }", "pretrain.clean_share", "a clean and an attacked image in a batch of 16")]
    [TestCase("convert: { threshold: 1e300 }", "convert.threshold", "1000000")]
    [TestCase("prune: { gamma: 1e300 }", "prune.gamma", "1000000")]
    [TestCase("energy: { samples: 0 }", "energy.samples", "from 1")]
    [TestCase("energy: { sampels: 5 }", "energy.sampels", "did you mean 'samples'")]
    [TestCase("pretrain: { objective: madry }", "pretrain.objective", "natural, at, trades, mart")]
    public void What_cannot_be_is_refused_where_it_is_written(string text, string key, string problem) =>
        Assert.That(() => Read(text), Refuses.Saying("file.yaml:", $"{key}", problem));

    [TestCase("start: { from: a, at: convert }", new[] { Stage.Convert, Stage.FinetuneSnn })]
    [TestCase("stages: [prune, finetune_ann]\nstart: { from: a, at: finetune_ann }", new[] { Stage.FinetuneAnn })]
    [TestCase("stages: [finetune_snn]\nstart: { from: a, at: finetune_snn }", new[] { Stage.FinetuneSnn })]
    public void A_run_that_starts_later_leaves_out_what_comes_before(string text, Stage[] stages) =>
        Assert.That(Read(text).RunningStages, Is.EqualTo(stages));

    [Test]
    public void Every_stage_has_a_file_of_its_own() =>
        Assert.That(Enum.GetValues<Stage>().Select(StageNames.FileName), Is.Unique.And.All.EndsWith(".safetensors"));

    private static ExperimentSettings Read(string text) => SettingsReader.Read(
        "base: shapes10-quick\n" + text.Replace(
            "TRAINING",
            "objective: trades, beta: 2, epsilon: 2/255, attack_steps: 1, epochs: 1, learning_rate: 0.1, schedule: cosine, momentum: 0.9, weight_decay: 0",
            StringComparison.Ordinal),
        "file.yaml");
}
