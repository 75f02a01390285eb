using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Diagnosis;

/// <summary>Each check on a network that was built to have what it looks for, and all of them on sound ones.</summary>
public sealed class EvaluationDiagnosisTests
{
    private const float FirstPixel = 0.45f;

    private static readonly Budget Wide = Budget.Pixels(0.1f);

    private static readonly Lazy<DiagnosisReport> SoundAnn = new(() =>
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10", "apgd-ce", "pgd10@twin");
        return sound.Diagnose();
    });

    private static readonly Lazy<DiagnosisReport> SoundSpiking = new(() =>
    {
        using var sound = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4).Evaluate("pgd10_ens", "pgd10@twin");
        return sound.Diagnose(new DiagnosisOptions(sound.Budget, 3, GradientEstimator.Default));
    });

    private static readonly Lazy<DiagnosisReport> QuantisedInput = new(() =>
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new Quantised(inner)).Evaluate("pgd10");
        return flawed.Diagnose();
    });

    private static readonly Lazy<DiagnosisReport> DeadSurrogate = new(() =>
    {
        using var flawed = new Diagnosed(backend => Small.Spiking(backend, threshold: 1000), timesteps: 4).Evaluate("pgd10");
        return flawed.Diagnose();
    });

    private static readonly Lazy<DiagnosisReport> Masked = new(() =>
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new Misleading(inner)) { Budget = Budget.Pixels(32f / 255) }
            .Evaluate("pgd10").AddSquare(queries: 300);
        return flawed.Diagnose();
    });

    private static readonly Lazy<DiagnosisReport> WithoutOthers = new(() =>
    {
        using var sound = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4).Evaluate("pgd10");
        return sound.Diagnose(withOthers: false);
    });

    [Test]
    public void A_sound_ANN_is_believed() => Assert.That(SoundAnn.Value.Verdict, Is.EqualTo("believe"), string.Join('\n', SoundAnn.Value.ToText()));

    [Test]
    public void A_sound_SNN_is_believed() => Assert.That(SoundSpiking.Value.Verdict, Is.EqualTo("believe"), string.Join('\n', SoundSpiking.Value.ToText()));

    [Test]
    public void Sound_networks_have_figures_that_could_be_too_high() => Assert.Multiple(() =>
    {
        Assert.That(SoundAnn.Value.Curves[0].Points[0].Accuracy, Is.InRange(0.1, 0.9));
        Assert.That(SoundSpiking.Value.Curves[0].Points[0].Accuracy, Is.InRange(0.1, 0.9));
    });

    [TestCase("gradients")]
    [TestCase("whole range")]
    public void A_quantised_input_layer_has_no_gradient(string check) => Doubts(QuantisedInput.Value, check);

    [TestCase("gradients")]
    [TestCase("whole range")]
    public void A_surrogate_is_dead_where_nothing_comes_near_a_threshold(string check) => Doubts(DeadSurrogate.Value, check);

    [Test]
    public void One_estimator_without_gradient_hides_nothing_where_others_have_one()
    {
        var check = SoundSpiking.Value["gradients"];
        Assert.Multiple(() =>
        {
            Assert.That(check.State, Is.EqualTo(CheckState.Fine), check.Sentence);
            Assert.That(check.Numbers.Max(number => number.Name.StartsWith("share", StringComparison.Ordinal) ? number.Value : 0), Is.GreaterThan(0.1));
        });
    }

    [TestCase(1, CheckState.Fine)]
    [TestCase(1000, CheckState.Doubt)]
    public void Scaled_logits_saturate(int scale, CheckState expected)
    {
        using var flawed = new Diagnosed(backend => Scaled(Quadrants.TrainedAnn(backend), scale)).Evaluate("pgd10");
        Assert.That(flawed.Diagnose()["saturation"].State, Is.EqualTo(expected));
    }

    [TestCase("black box")]
    [TestCase("whole range")]
    public void A_defence_that_only_masks_falls_to_Square(string check) => Doubts(Masked.Value, check);

    [Test]
    public void A_defence_that_only_masks_falls_to_another_network_s_gradients()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new Misleading(inner)).Evaluate("pgd10", "pgd10@twin");
        Doubts(flawed.Diagnose(), "black box");
    }

    [Test]
    public void Square_on_a_sound_network_breaks_nothing_that_gradients_do_not()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10").AddSquare(queries: 200);
        var check = sound.Diagnose()["black box"];
        Assert.That(check.State, Is.EqualTo(CheckState.Fine), check.Sentence);
    }

    [Test]
    public void An_estimator_that_training_has_taught_to_mislead_flatters()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4, inner => new Flattering(inner, GradientEstimator.Default.Name))
        {
            Budget = Budget.Pixels(24f / 255),
        }.Evaluate("pgd10", "pgd10_ens");
        Doubts(flawed.Diagnose(new DiagnosisOptions(flawed.Budget, 3, GradientEstimator.Default)), "training estimator");
    }

    [Test]
    public void An_ensemble_s_figure_has_the_answer_to_a_flattering_estimator_in_it()
    {
        var check = SoundSpiking.Value["training estimator"];
        Assert.Multiple(() =>
        {
            Assert.That(check.State, Is.EqualTo(CheckState.Fine), check.Sentence);
            Assert.That(check.Numbers[1].Value, Is.GreaterThan(check.Numbers[2].Value), "it flatters, and no figure rests on it");
        });
    }

    [Test]
    public void An_estimator_that_was_not_asked_for_all_samples_cannot_be_compared()
    {
        using var sound = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4).Evaluate("pgd10_ens");
        var options = new DiagnosisOptions(sound.Budget, 3, GradientEstimator.Rate);
        var alone = sound.Diagnose(options)["training estimator"];
        var both = sound.Evaluate("pgd10_ens", "pgd10(surrogate=bptr)").Diagnose(options)["training estimator"];
        Assert.Multiple(() =>
        {
            Assert.That(alone.State, Is.EqualTo(CheckState.NotChecked));
            Assert.That(alone.Sentence, Does.Contain("surrogate=bptr"));
            Assert.That(both.State, Is.Not.EqualTo(CheckState.NotChecked), both.Sentence);
        });
    }

    [Test]
    public void Noise_in_every_pass_shows_in_two()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new Noisy(inner, 0.5f)).Evaluate("pgd10");
        Doubts(flawed.Diagnose(), "repeatable");
    }

    [Test]
    public void A_prediction_that_depends_on_its_batch_shows_alone()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new ByBatch(inner)).Evaluate("pgd10");
        Doubts(flawed.Diagnose(), "batch");
    }

    [Test]
    public void A_network_that_works_at_one_T_alone_shows_at_the_next()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4).Evaluate("pgd10");
        using var backend = Small.Backend();
        using var dead = Small.Spiking(backend, threshold: 1000);
        Doubts(flawed.Diagnose(others: (batch, timesteps) => timesteps == 4 ? flawed.Other(batch, timesteps) : new Classifier(dead, batch, timesteps)), "timesteps");
    }

    [Test]
    public void A_hole_that_only_short_steps_meet_is_missed_in_the_larger_ball()
    {
        using var flawed = Holed(width: 0.025f);
        Doubts(flawed.Diagnose(), "larger ball");
    }

    [Test]
    public void A_hole_that_only_short_steps_meet_is_not_found_with_half_of_them()
    {
        using var flawed = Holed(width: 0.005f);
        Doubts(flawed.Diagnose(), "convergence");
    }

    [Test]
    public void A_trap_that_only_long_steps_leap_over_lets_accuracy_rise_with_steps()
    {
        using var flawed = new Diagnosed(
            Quadrants.TrainedAnn, flaw: inner => new ByFirstPixel(inner, pixel => pixel > 0.53f, pixel => pixel is > 0.5f and < 0.51f ? 0 : 1),
            source: new Quadrants(40, 5).WithFirstPixel(FirstPixel))
        {
            Budget = Wide,
        }.Evaluate("pgd10");
        Doubts(flawed.Diagnose(), "more steps");
    }

    [Test]
    public void A_network_with_gradients_from_some_starts_only_falls_to_more_starts()
    {
        using var flawed = new Diagnosed(Quadrants.TrainedAnn, flaw: inner => new FromSomeStarts(inner, pixel => pixel * 100 % 1 < 0.3f))
        {
            Budget = Wide,
        }.Evaluate("pgd10");
        Doubts(flawed.Diagnose(), "random starts");
    }

    [TestCase(Small.Classes, CheckState.Fine)]
    [TestCase(3, CheckState.Doubt)]
    public void A_loss_that_needs_more_classes_is_none(int classes, CheckState expected)
    {
        using var flawed = new Diagnosed(backend => Untrained(backend, classes), source: new Quadrants(12, 5, classes)).Evaluate("fgsm");
        var row = flawed.Ledger.Rows.First(each => each.IsCorrect);
        flawed.Ledger.Add(row.Sample, new LedgerMember("apgd-t", GradientEstimator.Default.Name, flawed.Budget), MemberFinding.Unbroken(10));
        Assert.That(flawed.Diagnose()["DLR"].State, Is.EqualTo(expected));
    }

    [Test]
    public void A_sample_without_a_row_is_missing()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        var ledger = Copy(sound.Ledger, without: sound.Samples.Number(3));
        var check = sound.Diagnose(ledger: ledger)["complete"];
        Assert.Multiple(() =>
        {
            Assert.That(check.State, Is.EqualTo(CheckState.Doubt));
            Assert.That(check.Sentence, Does.Contain("1 of 40"));
        });
    }

    [Test]
    public void A_ledger_that_knows_of_more_broken_samples_contradicts_the_figure()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        var member = new LedgerMember("pgd10", GradientEstimator.Default.Name, sound.Budget);
        var robust = sound.Ledger.Rows.First(row => sound.Ledger.Find(row.Sample, member) is { Broken: false });
        sound.Ledger.Add(robust.Sample, member, MemberFinding.BrokenAt(1, 0));
        Doubts(sound.Diagnose(), "complete");
    }

    [Test]
    public void Gradients_that_are_no_numbers_are_a_doubt()
    {
        // a NaN current never reaches its threshold, so that logits stay numbers
        using var flawed = new Diagnosed(backend => Spoiled(Quadrants.TrainedSpiking(backend)), timesteps: 4).Evaluate("pgd10");
        var report = flawed.Diagnose();
        Doubts(report, "complete");
        Doubts(report, "convergence");
    }

    [TestCase("batch")]
    [TestCase("timesteps")]
    [TestCase("black box")]
    [TestCase("training estimator")]
    public void What_cannot_be_looked_at_is_said_and_why(string check) => Assert.Multiple(() =>
    {
        Assert.That(WithoutOthers.Value[check].State, Is.EqualTo(CheckState.NotChecked));
        Assert.That(WithoutOthers.Value[check].Sentence, Does.StartWith("Not checked, because "));
        Assert.That(WithoutOthers.Value.Verdict, Does.Contain(check));
    });

    [Test]
    public void A_network_that_is_right_about_next_to_nothing_cannot_be_attacked()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn, samples: DiagnosisThresholds.LeastSamples - 1).Evaluate("pgd10");
        var report = sound.Diagnose();
        Assert.Multiple(() =>
        {
            Assert.That(report["convergence"].State, Is.EqualTo(CheckState.NotChecked));
            Assert.That(report.Attack, Is.Null);
        });
    }

    [Test]
    public void A_ball_of_all_images_has_no_larger_one()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn) { Budget = Budget.Pixels(1) }.Evaluate("pgd10");
        var report = sound.Diagnose();
        Assert.Multiple(() =>
        {
            Assert.That(report["larger ball"].State, Is.EqualTo(CheckState.NotChecked));
            Assert.That(report["whole range"].State, Is.EqualTo(CheckState.Fine), report["whole range"].Sentence);
        });
    }

    [Test]
    public void A_sound_ANN_is_believed_in_L2_too()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn) { Budget = new Budget(Norm.Euclidean, 0.5f) }.Evaluate("pgd10", "pgd10@twin");
        var report = sound.Diagnose();
        Assert.That(report.Verdict, Is.EqualTo("believe"), string.Join('\n', report.ToText()));
    }

    [Test]
    public void A_verdict_of_doubt_says_because_of_what()
    {
        var report = QuantisedInput.Value;
        Assert.Multiple(() =>
        {
            Assert.That(report.Verdict, Does.StartWith("doubt, because: ").And.Contain(report["gradients"].Sentence));
            Assert.That(report.IsBelieved, Is.False);
            Assert.That(report.ToText(), Has.Exactly(report.Checks.Count(check => check.State == CheckState.Doubt)).StartsWith("doubt  "));
            Assert.That(report.ToText()[^1], Is.EqualTo("verdict: " + report.Verdict));
        });
    }

    [Test]
    public void The_same_is_said_twice_and_in_any_batch()
    {
        using var small = new Diagnosed(Quadrants.TrainedAnn, batch: 7).Evaluate("pgd10");
        using var large = new Diagnosed(Quadrants.TrainedAnn, batch: 40).Evaluate("pgd10");
        var first = Of(small);
        Assert.Multiple(() =>
        {
            Assert.That(Of(small), Is.EqualTo(first));
            Assert.That(Of(large), Is.EqualTo(first));
        });

        static string[] Of(Diagnosed diagnosed) => [.. diagnosed.Diagnose().Checks.Where(check => check.Name != "batch").Select(check => check.Sentence)];
    }

    [Test]
    public void The_diagnosis_attacks_as_many_samples_as_it_is_told()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        Assert.That(sound.Diagnose(new DiagnosisOptions(sound.Budget, 3, Samples: 10)).Curves.SelectMany(curve => curve.Points).Select(point => point.Samples),
            Is.All.EqualTo(10));
    }

    [Test]
    public void Every_part_is_told_as_it_begins()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        var told = new List<string>();
        var report = sound.Diagnose(progress: new Recorder(told));
        Assert.That(told.Distinct(), Is.SupersetOf(report.Checks.Select(check => check.Name)));
    }

    [Test]
    public void Cancelling_stops_it()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => sound.Diagnose(cancellation: cancelled.Token));
    }

    [TestCase(0f, 10)]
    [TestCase(float.NaN, 10)]
    [TestCase(2f, 10)]
    [TestCase(0.03f, 10, Description = "a ball that was not attacked in")]
    [TestCase(16f / 255, 0)]
    public void Options_that_make_no_sense_are_refused(float radius, int samples)
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("fgsm");
        Assert.Throws<BadInputException>(() => sound.Diagnose(new DiagnosisOptions(Budget.Pixels(radius), 3, Samples: samples)));
    }

    [Test]
    public void Another_data_set_s_ledger_is_refused()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("fgsm");
        var ledger = new Ledger();
        ledger.AddClean(new LedgerRow(sound.Samples.Number(0), 3, 3, 1));
        var refusal = Assert.Throws<BadInputException>(() => sound.Diagnose(ledger: ledger));
        Assert.That(refusal?.Message, Does.Contain("label 3"));
    }

    [Test]
    public void Other_samples_are_refused()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("fgsm");
        var refusal = Assert.Throws<BadInputException>(() => EvaluationDiagnosis.Run(
            sound.Classifier, null, new Quadrants(39, 5), sound.Result!, sound.Ledger, new DiagnosisOptions(sound.Budget, 3)));
        Assert.That(refusal?.Message, Does.Contain("39"));
    }

    [Test]
    public void Another_T_than_was_evaluated_is_refused()
    {
        using var sound = new Diagnosed(Quadrants.TrainedSpiking, timesteps: 4).Evaluate("fgsm");
        using var other = sound.Other(16, 5);
        var refusal = Assert.Throws<BadInputException>(() => EvaluationDiagnosis.Run(
            other, null, sound.Samples, sound.Result!, sound.Ledger, new DiagnosisOptions(sound.Budget, 3)));
        Assert.That(refusal?.Message, Does.Contain("T = 5"));
    }

    private static void Doubts(DiagnosisReport report, string check) =>
        Assert.That(report[check].State, Is.EqualTo(CheckState.Doubt), report[check].Sentence);

    /// <summary>A network that fails where the first pixel is close to one value, with a slope that leads there.</summary>
    private static Diagnosed Holed(float width) => new Diagnosed(
        Quadrants.TrainedAnn, flaw: inner => new ByFirstPixel(inner, pixel => Math.Abs(pixel - 0.5f) < width / 2, pixel => 0.5f - pixel),
        source: new Quadrants(40, 5).WithFirstPixel(FirstPixel))
    {
        Budget = Wide,
    }.Evaluate("pgd10");

    private static SpikingModel Scaled(SpikingModel model, float scale)
    {
        foreach (var parameter in model.Parameters.All.Where(each => each.Name.StartsWith("classifier.4.", StringComparison.Ordinal)))
        {
            parameter.Value.Upload(Array.ConvertAll(parameter.Value.ToArray(), each => scale * each));
        }

        return model;
    }

    private static SpikingModel Spoiled(SpikingModel model)
    {
        model.Parameters["features.4.weight"].Value.Upload([float.NaN]);
        return model;
    }

    private static SpikingModel Untrained(IBackend backend, int classes)
    {
        var model = new SpikingModel(Architectures.build("vggmini", classes, Small.Network.Input, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]), backend);
        model.Initialise(1);
        return model;
    }

    private static Ledger Copy(Ledger ledger, int without)
    {
        var copy = new Ledger();
        foreach (var row in ledger.Rows.Where(row => row.Sample != without))
        {
            copy.AddClean(row);
            foreach (var (member, finding) in ledger.Found(row.Sample))
            {
                copy.Add(row.Sample, member, finding);
            }
        }

        return copy;
    }

    private sealed class Recorder(List<string> told) : IProgress<DiagnosisProgress>
    {
        public void Report(DiagnosisProgress value) => told.Add(value.Part);
    }
}
