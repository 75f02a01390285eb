using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;
using RobustSnn.Robustness.Tests.Diagnosis;

namespace RobustSnn.Robustness.Tests.Evaluations;

/// <summary>A network in integers under attack: its verdicts are its own, the gradients those of the network in floats.</summary>
public sealed class FixedPointClassifierTests
{
    private const int Samples = 40;
    private const int Timesteps = 4;
    private const int Batch = 5;
    private const int Wide = 16;
    private const int Narrow = 3;
    private const float Epsilon = 48f / 255; // a little more than tells the classes apart

    // The thresholds behind that one layer are below a unit of 3 bits.
    private static readonly QuantiserSettings Coarse = new(Narrow, new Dictionary<string, int> { ["classifier.1"] = 5 });

    [TestCase("pgd4", true)]
    [TestCase("pgd4", false)]
    [TestCase("apgd-ce(steps=4)", true)]
    [TestCase("square(queries=20)", true)]
    public void At_16_bits_almost_all_survive_that_survive_in_floats(string attack, bool stopsEarly)
    {
        using var networks = new Networks(Wide);
        var (floats, integers) = (networks.Evaluate(attack, stopsEarly, inIntegers: false), networks.Evaluate(attack, stopsEarly, inIntegers: true));
        Assert.Multiple(() =>
        {
            Assert.That(integers.Result.CleanCorrect, Is.EqualTo(floats.Result.CleanCorrect).Within(1));
            Assert.That(Enumerable.Range(0, Samples).Count(sample => floats.Broke(sample) != integers.Broke(sample)), Is.LessThanOrEqualTo(2));
            Assert.That(integers.Result.SpikesPerImage, Is.EqualTo(floats.Result.SpikesPerImage).Within(0.02 * floats.Result.SpikesPerImage));
        });
    }

    [TestCase("fgsm", true)]
    [TestCase("pgd4", true)]
    [TestCase("pgd4", false)]
    [TestCase("pgd4(surrogate=act)", true)]
    [TestCase("tpgd4", true)]
    [TestCase("apgd-ce(steps=4)", true)]
    [TestCase("apgd-t(steps=3)", true)]
    [TestCase("sa-pgd(steps=4)", true)]
    [TestCase("fab(steps=4)", true)]
    [TestCase("square(queries=20)", true)]
    public void At_3_bits_every_verdict_is_that_of_the_network_in_integers(string attack, bool stopsEarly)
    {
        using var networks = new Networks(Narrow);
        var found = networks.Evaluate(attack, stopsEarly, inIntegers: true);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                var margin = Predictions.Margin(networks.LogitsOf(networks.Image(sample)), networks.Labels[sample]);
                Assert.That(found.Margins[sample], Is.EqualTo(margin), $"clean image {sample}");
            }

            Assert.That(found.Images, Has.Count.EqualTo(found.Result.CleanCorrect), "every sample that is right is attacked");
            Assert.That(found.Images.Keys.Count(found.Broke), Is.InRange(1, found.Images.Count), "the attack is none that breaks nobody");
            foreach (var (sample, image) in found.Images)
            {
                Assert.That(networks.Says(image) != networks.Labels[sample], Is.EqualTo(found.Broke(sample)), $"adversarial image {sample}");
            }
        });
    }

    [Test]
    public void Three_bits_are_another_network()
    {
        using var networks = new Networks(Narrow);
        var (floats, integers) = (networks.Evaluate("clean", false, inIntegers: false), networks.Evaluate("clean", false, inIntegers: true));
        Assert.That(integers.Margins.Zip(floats.Margins, (one, other) => Math.Abs(one - other)).Average(), Is.GreaterThan(0.01));
    }

    [Test]
    public void An_attack_stops_where_the_network_in_integers_is_wrong_on_the_way()
    {
        using var networks = new Networks(Narrow);
        var (early, full) = (networks.Evaluate("pgd10", true, inIntegers: true), networks.Evaluate("pgd10", false, inIntegers: true));
        int[] stopped = [.. early.Images.Keys.Where(sample => early.Broke(sample) && early.At(sample) < 10)];
        Assert.That(stopped, Is.Not.Empty);
        Assert.That(full.Images.Keys.Where(full.Broke), Is.SubsetOf(early.Images.Keys.Where(early.Broke)));
    }

    [Test]
    public void Gradients_are_those_of_the_network_in_floats()
    {
        using var networks = new Networks(Narrow);
        using var integers = networks.InIntegers();
        using var floats = new Classifier(networks.Floats, Batch, Timesteps);
        Assert.That(Gradient(integers), Is.EqualTo(Gradient(floats)));

        float[] Gradient(IClassifier classifier)
        {
            using var batch = new AttackBatch(classifier);
            batch.Load(networks.Images.AsSpan(0, Batch * Small.PixelCount), networks.Labels.AsSpan(0, Batch), [0, 1, 2, 3, 4]);
            return batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, GradientEstimator.Default).ToArray(Batch * Small.PixelCount);
        }
    }

    [Test]
    public void Networks_that_do_not_belong_together_are_refused()
    {
        using var networks = new Networks(Wide);
        using var ann = Small.Ann(networks.Floats.Backend);
        Assert.That(() => new FixedPointClassifier(networks.Integers, ann, Batch), Throws.TypeOf<BadInputException>()
            .With.Message.Contains("expected layers of neurons").And.Message.Contains("features.2"));
    }

    /// <summary>What an evaluation found, and the images that its attack made.</summary>
    private sealed record Finding(EvaluationResult Result, Record Record, LedgerMember? Member)
    {
        public Dictionary<int, float[]> Images => Record.Images;

        public float[] Margins => Record.Margins;

        public bool Broke(int sample) => Record.Known.Find(sample, Member!.Value) is { Broken: true };

        public int At(int sample) => Record.Known.Find(sample, Member!.Value)!.Value.At;
    }

    /// <summary>A small trained network, in floats and in integers.</summary>
    private sealed class Networks : IDisposable
    {
        private readonly IBackend backend = Small.Backend();
        private readonly ReferenceInference reference;

        public Networks(int bits)
        {
            Floats = Quadrants.TrainedSpiking(backend);
            Integers = Quantiser.Quantise(Floats, Timesteps, bits == Wide ? new QuantiserSettings(bits) : Coarse).Network;
            reference = new ReferenceInference(Integers);
            var source = new Quadrants(Samples, seed: 1);
            Labels = [.. Enumerable.Range(0, Samples).Select(source.Label)];
            for (var sample = 0; sample < Samples; sample++)
            {
                source.Read(sample, Images.AsSpan(sample * Small.PixelCount, Small.PixelCount));
            }
        }

        public SpikingModel Floats { get; }

        public FixedPointNetwork Integers { get; }

        public float[] Images { get; } = new float[Samples * Small.PixelCount];

        public int[] Labels { get; }

        public float[] Image(int sample) => Images.AsSpan(sample * Small.PixelCount, Small.PixelCount).ToArray();

        public FixedPointClassifier InIntegers() => new(Integers, Floats, Batch, threads: 1);

        /// <summary>Of the network in integers, computed plainly.</summary>
        public float[] LogitsOf(float[] image) => reference.Run(image);

        /// <summary>The class that the network in integers gives an image.</summary>
        public int Says(float[] image)
        {
            var prediction = new int[1];
            Predictions.Of(LogitsOf(image), Small.Classes, prediction);
            return prediction[0];
        }

        public Finding Evaluate(string attack, bool stopsEarly, bool inIntegers)
        {
            using IClassifier classifier = inIntegers ? InIntegers() : new Classifier(Floats, Batch, Timesteps);
            using var evaluation = new Evaluation(classifier, new EvaluationOptions(Timesteps, Batch, 1, stopsEarly));
            var record = new Record();
            var asked = new AttackInBudget(AttackCatalogue.Parse(attack), Budget.Pixels(Epsilon));
            var result = evaluation.Run(new ArraySamples(Images, Labels), [asked], record: record);
            return new Finding(result, record, asked.Attack.Members.Count == 0 ? null : asked.Attack.Members[0].In(asked.Budget));
        }

        public void Dispose()
        {
            Floats.Dispose();
            backend.Dispose();
        }
    }

    private sealed class Record : IEvaluationRecord
    {
        public Ledger Known { get; } = new();

        public Dictionary<int, float[]> Images { get; } = [];

        public float[] Margins { get; } = new float[Samples];

        public void AddClean(LedgerRow row)
        {
            Known.AddClean(row);
            Margins[row.Sample] = row.Margin;
        }

        public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image)
        {
            Known.Add(sample, member, finding);
            Images[sample] = image.ToArray();
        }

        public void Flush()
        {
        }
    }
}
