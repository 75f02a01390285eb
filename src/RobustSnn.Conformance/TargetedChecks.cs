using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Conformance;

/// <summary>
/// Checks of APGD-T with the draw of each run given: the classes that it aims at; of each run, which the case has for every sample, the best loss
/// within 2 % and which samples are correct; and what the attack as a whole leaves correct, with which images. In a run's eleven passes a membrane
/// may come as close to its threshold as single precision is exact; a spike more or less then sends the rest of that sample's run elsewhere:
/// <see cref="Leeway"/> says where that may be.
/// </summary>
internal sealed class TargetedChecks(GoldenCase golden, CaseBatch shared, Leeway leeway, Expectations expected)
{
    private const int Steps = 10;
    private const double LossTolerance = 0.02;
    private const double SamePixel = 1e-6;
    private const double PixelShareBeyond = 0.005;

    public Finding Check()
    {
        var batch = shared.Batch;
        var attack = new ApgdTargeted(new ApgdTargetedOptions(Steps));
        var settings = new AttackSettings(Budget.Pixels(golden.Epsilon), GradientEstimator.Default, default);
        var draws = golden.Tensor("apgdt.rand").Values.Chunk((int)batch.PixelCount).ToArray();
        var targets = attack.Targets(batch);
        float[] allTargets = [.. targets.SelectMany(run => run)];
        var (losses, correct) = (new List<float>(), new List<float>());
        var draw = batch.Images("conformance.draw");
        for (var run = 0; run < targets.Count; run++)
        {
            draw.Upload(draws[run]);
            var outcome = attack.RunTowards(batch, settings, targets[run], draw);
            losses.AddRange(outcome.BestLosses.ToArray(batch.Samples));
            correct.AddRange(outcome.Fooled.ToArray(batch.Samples).Select(fooled => 1 - fooled));
        }

        attack.RunFrom(batch, settings, (run, buffer) => buffer.Upload(draws[run]));
        var images = batch.DownloadAdversarial().ToArray();
        BallCheck.Verify("apgdt", batch, settings.Budget);
        var left = Judgement.Correct(batch);
        var runLosses = losses.ToArray();
        var wanted = expected.Of("apgdt.x_adv", images);
        return Finding.Worst(
            leeway.RunsElsewhere(Deviation.CountBeyondRelative(runLosses, expected.Of("apgdt.runs.loss_best", runLosses), LossTolerance), runLosses.Length),
            new Finding(Deviation.ShareBeyond(images, wanted, SamePixel), PixelShareBeyond, "pixels of x_adv within 1e-6"),
            Equal("apgdt.targets", allTargets), Equal("apgdt.runs.correct", [.. correct]), Equal("apgdt.correct", left));
    }

    private Finding Equal(string name, float[] found) => Decisions.Equal(name, found, expected.Of(name, found));
}
