using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>Checks of the attacks, each from the start or noise that the case gives.</summary>
internal sealed class AttackChecks(GoldenCase golden, CaseNetwork network, Expectations expected) : IDisposable
{
    /// <summary>RFGSM's ε in golden cases; α is half of it.</summary>
    private const float RfgsmEpsilon = 2f / 255;

    private const int PgdSteps = 5;
    private const double SamePixel = 1e-6;

    /// <summary>Logits that differ by less, relative to the largest, are equal but for rounding.</summary>
    private const float SameLogits = 1e-6f;
    private const double PixelShareBeyond = 0.005;
    private const double LossTolerance = 0.02;

    private SpikingModel? model;
    private Classifier? classifier;
    private AttackBatch? batch;
    private DeviceBuffer? given;

    private AttackBatch Batch => batch ??= PassChecks.LoadBatch(
        golden, classifier ??= new Classifier(model ??= network.Load(), golden.Batch, golden.Timesteps));

    public Finding Fgsm()
    {
        new Fgsm().Run(Batch, Settings(golden.Epsilon));
        return ComparePixels("fgsm.x_adv", golden.Epsilon, Everything());
    }

    public Finding Rfgsm()
    {
        var noise = Given("rfgsm.noise_sign");
        var determined = MovedByNoise(noise);
        new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)).RunFrom(Batch, Settings(RfgsmEpsilon), noise);
        return ComparePixels("rfgsm.x_adv", RfgsmEpsilon, determined);
    }

    public Finding Pgd()
    {
        var start = Given("pgd.start");
        new Pgd(new PgdOptions(PgdSteps)).RunFrom(Batch, Settings(golden.Epsilon), start);
        return ComparePixels("pgd.x_adv", golden.Epsilon, Everything());
    }

    /// <summary>Losses within 2 %, and the same samples correct; the images are only measured.</summary>
    public Finding Apgd(string name, LogitLoss loss)
    {
        var outcome = new Apgd(new ApgdOptions(loss)).RunFrom(Batch, Settings(golden.Epsilon), Given("apgd.rand"));
        var best = outcome.Best.ToArray((int)Batch.PixelCount);
        BallCheck.Verify(name, Batch.CleanHost, best, Budget.Pixels(golden.Epsilon), Batch.Classifier.PixelCount);

        var error = 0.0;
        var detail = "loss_best, relative";
        if (golden.Tensors.ContainsKey(name + ".loss_best"))
        {
            error = Deviation.RelativeOfEach(outcome.BestLosses, expected.Of(name + ".loss_best", outcome.BestLosses));
        }

        if (golden.Tensors.ContainsKey(name + ".correct"))
        {
            var correct = Array.ConvertAll(outcome.Correct, each => each ? 1f : 0);
            var wanted = expected.Of(name + ".correct", correct);
            if (!correct.SequenceEqual(wanted))
            {
                error = double.PositiveInfinity;
                detail = $"correct is [{string.Join(", ", correct)}], expected [{string.Join(", ", wanted)}]";
            }
        }

        if (golden.Tensors.ContainsKey(name + ".x_best"))
        {
            detail += $"; x_best: {Percent(1 - Deviation.ShareBeyond(best, expected.Of(name + ".x_best", best), SamePixel))} equal";
        }

        return new Finding(error, LossTolerance, detail);
    }

    public void Dispose()
    {
        given?.Dispose();
        batch?.Dispose();
        classifier?.Dispose();
        model?.Dispose();
    }

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static AttackSettings Settings(float epsilon) => new(Budget.Pixels(epsilon), GradientEstimator.Default, default);

    private DeviceBuffer Given(string name)
    {
        var values = golden.Tensor(name, (int)Batch.PixelCount);
        given ??= network.Backend.Allocate(values.Length);
        given.Upload(values);
        return given;
    }

    private bool[] Everything()
    {
        var all = new bool[Batch.Samples];
        Array.Fill(all, true);
        return all;
    }

    /// <summary>
    /// Which samples have other logits at RFGSM's random start than on the clean image. Where they are equal, KL is at its minimum and its
    /// gradient is zero, so that the reference's step has the sign of its own rounding errors, which nobody else can have. The same spikes
    /// at other timesteps have the same mean up to rounding; one spike more moves a logit by a weight over T, which is far more.
    /// </summary>
    private bool[] MovedByNoise(DeviceBuffer noise)
    {
        var classes = Batch.Classifier.Classes;
        var clean = Batch.Classifier.Logits(Batch.Clean, Batch.Samples).ToArray(Batch.Samples * classes);
        Batch.Step(Batch.Clean, noise, RfgsmEpsilon / 2, Budget.Pixels(RfgsmEpsilon), Batch.Adversarial);
        var start = Batch.Classifier.Logits(Batch.Adversarial, Batch.Samples).ToArray(clean.Length);
        return [.. clean.Chunk(classes).Zip(start.Chunk(classes), (before, after) =>
            before.Zip(after, (one, other) => Math.Abs(one - other)).Max() > SameLogits * before.Max(Math.Abs))];
    }

    /// <summary>Compares the images of the samples that have one right answer.</summary>
    private Finding ComparePixels(string name, float epsilon, bool[] determined)
    {
        var count = Batch.Classifier.PixelCount;
        var images = Batch.DownloadAdversarial().ToArray();
        BallCheck.Verify(name, Batch.CleanHost, images, Budget.Pixels(epsilon), count);
        var wanted = expected.Of(name, images);
        BallCheck.Verify("the expected " + name, Batch.CleanHost, wanted, Budget.Pixels(epsilon), count);
        var beyond = 0.0;
        for (var sample = 0; sample < determined.Length; sample++)
        {
            var ours = images.AsSpan(sample * count, count);
            beyond += determined[sample] ? Deviation.ShareBeyond(ours, wanted.AsSpan(sample * count, count), SamePixel) : 0;
        }

        var compared = determined.Count(each => each);
        var share = compared == 0 ? 0 : beyond / compared;
        var note = compared == determined.Length
            ? ""
            : $"; {determined.Length - compared} of {determined.Length} samples not compared: the noise leaves their logits as they " +
              "were, so that the gradient is zero and the reference's step is the sign of its rounding";
        return new Finding(share, PixelShareBeyond, $"share of pixels beyond 1e-6; {Percent(1 - share)} within{note}");
    }
}
