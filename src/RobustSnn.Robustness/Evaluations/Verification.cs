using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>What an attack ended in for one sample, before anybody has looked at it.</summary>
/// <param name="Place">Of the sample in the evaluation's source.</param>
/// <param name="At">Steps or queries that it took.</param>
/// <param name="WasSeenBroken">Whether the attack stopped because it saw the network as deployed get it wrong.</param>
/// <param name="Doubts">What the attack met on its way.</param>
internal readonly record struct Candidate(int Place, int At, bool WasSeenBroken, GradientDoubts Doubts);

/// <summary>
/// The last word on every adversarial image, in full passes of the network as deployed: whether it lies in the ball and in [0,1], whether its values
/// are numbers, how far it is from the clean image, and whether the network gets it wrong.
/// </summary>
internal sealed class Verification : IDisposable
{
    private readonly IClassifier deployed;
    private readonly EvaluatedSamples samples;
    private readonly Action<Candidate, bool, float, ReadOnlySpan<float>> judged;
    private readonly DeviceBuffer images;
    private readonly float[] imagesHost;
    private readonly float[] cleanHost;
    private readonly float[] logits;
    private readonly int[] predictions;
    private readonly Candidate[] candidates;
    private int count;

    /// <param name="deployed">Judges.</param>
    /// <param name="samples">Whose images they are.</param>
    /// <param name="judged">Gets each candidate, whether the network takes it for another class (logits that are no numbers are none), its distance from the clean image, and the image.</param>
    public Verification(IClassifier deployed, EvaluatedSamples samples, Action<Candidate, bool, float, ReadOnlySpan<float>> judged)
    {
        this.deployed = deployed;
        this.samples = samples;
        this.judged = judged;
        var pixels = deployed.Batch * deployed.PixelCount;
        images = deployed.Backend.Allocate(pixels);
        imagesHost = new float[pixels];
        cleanHost = new float[pixels];
        logits = new float[deployed.Batch * deployed.Classes];
        predictions = new int[deployed.Batch];
        candidates = new Candidate[deployed.Batch];
    }

    /// <summary>Of the attack whose candidates come, for messages.</summary>
    public string Attack { get; set; } = "";

    /// <summary>Of that attack.</summary>
    public Budget Budget { get; set; }

    /// <summary>Takes an image to judge, as soon as there is a batch of them.</summary>
    /// <param name="from">Images, of which it is the one at the place.</param>
    /// <exception cref="InvalidOperationException">An image is outside of its bounds: the attack is wrong.</exception>
    public void Add(Candidate candidate, DeviceBuffer from, int place)
    {
        var pixels = deployed.PixelCount;
        from.Download(imagesHost.AsSpan(count * pixels, pixels), (long)place * pixels);
        samples.Read(candidate.Place, cleanHost.AsSpan(count * pixels, pixels), pixels);
        candidates[count++] = candidate;
        if (count == candidates.Length)
        {
            Flush();
        }
    }

    /// <summary>Judges those that wait.</summary>
    /// <inheritdoc cref="Add"/>
    public void Flush()
    {
        if (count == 0)
        {
            return;
        }

        var (pixels, classes) = (deployed.PixelCount, deployed.Classes);
        var adversarial = imagesHost.AsSpan(0, count * pixels);
        var origin = cleanHost.AsSpan(0, count * pixels);
        BallCheck.Verify(Attack, origin, adversarial, Budget, pixels);
        images.Upload(adversarial);
        deployed.Logits(images, count).Download(logits.AsSpan(0, count * classes));
        Predictions.Of(logits, classes, predictions.AsSpan(0, count));
        for (var i = 0; i < count; i++)
        {
            var candidate = candidates[i];
            if (predictions[i] == Predictions.None)
            {
                candidate = candidate with { Doubts = candidate.Doubts | GradientDoubts.NotFiniteLogits };
            }

            var image = adversarial.Slice(i * pixels, pixels);
            var isWrong = predictions[i] != Predictions.None && predictions[i] != samples.Label(candidate.Place);
            judged(candidate, isWrong, (float)BallCheck.Distance(origin.Slice(i * pixels, pixels), image, Budget.Norm), image);
        }

        count = 0;
    }

    public void Dispose() => images.Dispose();
}
