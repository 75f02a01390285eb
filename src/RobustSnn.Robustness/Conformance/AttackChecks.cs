using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>Checks of the attacks, each from the start or noise that the case gives.</summary>
internal sealed class AttackChecks(GoldenCase golden, IBackend backend) : IDisposable
{
    /// <summary>RFGSM's ε in golden cases; α is half of it.</summary>
    private const float RfgsmEpsilon = 2f / 255;

    private const int PgdSteps = 5;
    private const double SamePixel = 1e-6;
    private const double PixelShareBeyond = 0.005;
    private const double LossTolerance = 0.02;

    private SpikingModel? _model;
    private Classifier? _classifier;
    private AttackBatch? _batch;
    private DeviceBuffer? _given;

    private AttackBatch Batch => _batch ??= PassChecks.LoadBatch(
        golden, _classifier ??= new Classifier(_model ??= GoldenNetwork.Load(golden, backend), golden.Batch, golden.Timesteps));

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

    /// <summary>Losses within 2 %, and the same samples correct; the images are only measured.</summary>
    public Finding Apgd(string name, LogitLoss loss)
    {
        var outcome = new Apgd(new ApgdOptions(loss)).RunFrom(Batch, Settings(golden.Epsilon), Given("apgd.rand"));
        var best = outcome.Best.ToArray((int)Batch.PixelCount);
        BallCheck.Verify(name, Batch.CleanHost, best, golden.Epsilon, Batch.Classifier.PixelCount);

        var error = 0.0;
        var detail = "loss_best, relative";
        if (golden.Tensors.ContainsKey(name + ".loss_best"))
        {
            error = Deviation.RelativeOfEach(outcome.BestLosses, Expected(name + ".loss_best", golden.Batch));
        }

        if (golden.Tensors.ContainsKey(name + ".correct"))
        {
            var expected = Expected(name + ".correct", golden.Batch);
            if (!Array.ConvertAll(outcome.Correct, correct => correct ? 1f : 0).SequenceEqual(expected))
            {
                error = double.PositiveInfinity;
                detail = $"correct is [{string.Join(", ", outcome.Correct)}], expected [{string.Join(", ", expected)}]";
            }
        }

        if (golden.Tensors.ContainsKey(name + ".x_best"))
        {
            detail += $"; x_best: {Percent(1 - Deviation.ShareBeyond(best, Expected(name + ".x_best", best.Length), SamePixel))} equal";
        }

        return new Finding(error, LossTolerance, detail);
    }

    public void Dispose()
    {
        _given?.Dispose();
        _batch?.Dispose();
        _classifier?.Dispose();
        _model?.Dispose();
    }

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static AttackSettings Settings(float epsilon) => new(epsilon, GradientEstimator.Default, default);

    private DeviceBuffer Given(string name)
    {
        var values = Expected(name, (int)Batch.PixelCount);
        _given ??= backend.Allocate(values.Length);
        _given.Upload(values);
        return _given;
    }

    private Finding ComparePixels(string name, float epsilon)
    {
        var images = Batch.DownloadAdversarial();
        BallCheck.Verify(name, Batch.CleanHost, images, epsilon, Batch.Classifier.PixelCount);
        var beyond = Deviation.ShareBeyond(images, Expected(name, images.Length), SamePixel);
        return new Finding(beyond, PixelShareBeyond, $"share of pixels beyond 1e-6; {Percent(1 - beyond)} within");
    }

    private float[] Expected(string name, int count)
    {
        var values = golden.Tensor(name).Values;
        return values.Length == count
            ? values
            : throw new BadInputException($"'{name}' has {values.Length} values, expected {count}.");
    }
}
