using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness;

namespace RobustSnn.Conformance;

/// <summary>Checks of the attacks, each from the start or noise that the case gives.</summary>
internal sealed class AttackChecks(GoldenCase golden, CaseNetwork network, CaseBatch shared, Expectations expected) : IDisposable
{
    /// <summary>RFGSM's ε in golden cases; α is half of it.</summary>
    private const float RfgsmEpsilon = 2f / 255;

    private const int PgdSteps = 5;
    private const int TrainingAttackSteps = 10;
    private const double SamePixel = 1e-6;
    private const double PixelShareBeyond = 0.005;
    private const double LossTolerance = 0.02;

    private DeviceBuffer? given;

    private AttackBatch Batch => shared.Batch;

    public Finding Fgsm()
    {
        new Fgsm().Run(Batch, Settings(golden.Epsilon));
        return ComparePixels("fgsm.x_adv", golden.Epsilon);
    }

    public Finding Rfgsm()
    {
        var noise = Given("rfgsm.noise_sign");
        new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)).RunFrom(Batch, Settings(RfgsmEpsilon), noise);
        return ComparePixels("rfgsm.x_adv", RfgsmEpsilon);
    }

    public Finding Pgd()
    {
        var start = Given("pgd.start");
        new Pgd(new PgdOptions(PgdSteps)).RunFrom(Batch, Settings(golden.Epsilon), start);
        return ComparePixels("pgd.x_adv", golden.Epsilon);
    }

    /// <summary>
    /// The 10-step attack of TRADES or MART from the start that the case gives, with that many steps of the network: the same pixels, and
    /// the loss of each sample at them within 2 %.
    /// </summary>
    public Finding TrainingAttack(string name, string start, LogitLoss loss, int timesteps)
    {
        using var form = CaseBatch.Classify(golden, shared.Model, timesteps);
        using var attacked = CaseBatch.Load(golden, form);
        var images = attacked.Images("conformance.start");
        images.Upload(golden.Tensor(start, (int)attacked.PixelCount));
        var estimator = GradientEstimator.Default;
        new Pgd(new PgdOptions(TrainingAttackSteps, loss)).RunFrom(attacked, Settings(golden.Epsilon), images);
        var reference = loss == LogitLoss.KullbackLeibler ? attacked.ReferenceLogits(estimator) : null;
        attacked.Losses(attacked.Adversarial, loss, reference, estimator);
        var losses = attacked.LossValues.ToArray(attacked.Samples);
        var lossError = Deviation.RelativeOfEach(losses, expected.Of(name + ".loss", losses));
        var pixels = ComparePixels(attacked, name + ".x_adv", golden.Epsilon);
        var detail = $"{pixels.Detail}; losses differ by {Percent(lossError)} at most, of {Percent(LossTolerance)}";
        return lossError <= LossTolerance
            ? pixels with { Detail = detail }
            : new Finding(lossError, LossTolerance, detail);
    }

    /// <summary>Losses within 2 %, and the same samples correct; the images are only measured.</summary>
    public Finding Apgd(string name, LogitLoss loss)
    {
        var outcome = new Apgd(new ApgdOptions(loss)).RunFrom(Batch, Settings(golden.Epsilon), Given("apgd.rand"));
        var best = outcome.Best.ToArray((int)Batch.PixelCount);
        BallCheck.Verify(name, Batch.Clean.ToArray((int)Batch.PixelCount), best, Budget.Pixels(golden.Epsilon), Batch.Classifier.PixelCount);

        var error = 0.0;
        var detail = "loss_best, relative";
        if (golden.Tensors.ContainsKey(name + ".loss_best"))
        {
            var losses = outcome.BestLosses.ToArray(Batch.Samples);
            error = Deviation.RelativeOfEach(losses, expected.Of(name + ".loss_best", losses));
        }

        if (golden.Tensors.ContainsKey(name + ".correct"))
        {
            var correct = Array.ConvertAll(outcome.Fooled.ToArray(Batch.Samples), fooled => 1 - fooled);
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

    public void Dispose() => given?.Dispose();

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static AttackSettings Settings(float epsilon) => new(Budget.Pixels(epsilon), GradientEstimator.Default, default);

    private DeviceBuffer Given(string name)
    {
        var values = golden.Tensor(name, (int)Batch.PixelCount);
        given ??= network.Backend.Allocate(values.Length);
        given.Upload(values);
        return given;
    }

    private Finding ComparePixels(string name, float epsilon) => ComparePixels(Batch, name, epsilon);

    private Finding ComparePixels(AttackBatch attacked, string name, float epsilon)
    {
        var images = attacked.DownloadAdversarial().ToArray();
        var clean = attacked.Clean.ToArray((int)attacked.PixelCount);
        BallCheck.Verify(name, clean, images, Budget.Pixels(epsilon), attacked.Classifier.PixelCount);
        var wanted = expected.Of(name, images);
        BallCheck.Verify("the expected " + name, clean, wanted, Budget.Pixels(epsilon), attacked.Classifier.PixelCount);
        var share = Deviation.ShareBeyond(images, wanted, SamePixel);
        return new Finding(share, PixelShareBeyond, $"share of pixels beyond 1e-6; {Percent(1 - share)} within");
    }
}
