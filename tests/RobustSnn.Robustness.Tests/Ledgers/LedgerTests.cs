using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Ledgers;

[TestFixture]
public sealed class LedgerTests
{
    private static readonly LedgerMember Near = Member("near", 4f / 255);
    private static readonly LedgerMember Middle = Member("middle", 8f / 255);
    private static readonly LedgerMember Other = Member("other", 8f / 255);
    private static readonly LedgerMember Euclidean = new("near", "bptr", new Budget(Norm.Euclidean, 0.5f));

    private static readonly MemberFinding Unbroken = MemberFinding.Unbroken(10);

    private static LedgerMember Member(string attack, float radius) => new(attack, "bptr", Budget.Pixels(radius));

    private static MemberFinding Broken(float distance, int at = 3) => MemberFinding.BrokenAt(at, distance);

    /// <summary>Rows 0, 1, … with what members found; all are classified correctly.</summary>
    private static Ledger Of(params (LedgerMember Member, MemberFinding Finding)[][] rows)
    {
        var ledger = new Ledger();
        for (var sample = 0; sample < rows.Length; sample++)
        {
            ledger.AddClean(new LedgerRow(sample, 1, 1, 0.5f));
            foreach (var (member, finding) in rows[sample])
            {
                ledger.Add(sample, member, finding);
            }
        }

        return ledger;
    }

    private static Ledger OneRow() => Of([[]]);

    [Test]
    public void Accuracy_counts_what_is_known()
    {
        var ledger = Of(
            [(Middle, Unbroken), (Other, Unbroken)],
            [(Middle, Broken(0.01f)), (Other, Unbroken)],
            [(Middle, Broken(0.02f))],
            [(Middle, Unbroken)],
            []);
        ledger.AddClean(new LedgerRow(7, 1, 2, -0.5f));
        Assert.That(ledger.Accuracy([Middle, Other], 8), Is.EqualTo(new LedgerAccuracy(Robust: 1, Broken: 2, Missing: 4, Samples: 8)));
        Assert.That(ledger.Accuracy([Middle], 8), Is.EqualTo(new LedgerAccuracy(Robust: 2, Broken: 2, Missing: 3, Samples: 8)));
        Assert.That(ledger.Accuracy([], 8), Is.EqualTo(new LedgerAccuracy(Robust: 5, Broken: 0, Missing: 2, Samples: 8)));
    }

    [TestCase(GradientDoubts.NotFiniteGradient, false)]
    [TestCase(GradientDoubts.NotFiniteLogits, false)]
    [TestCase(GradientDoubts.Unconfirmed, false)]
    [TestCase(GradientDoubts.Vanished, true)]
    public void An_attack_that_could_not_follow_its_gradients_has_shown_nothing(GradientDoubts doubt, bool isRobust)
    {
        var ledger = Of([(Middle, Unbroken with { Doubts = doubt })], [(Middle, Broken(0.01f) with { Doubts = doubt })]);
        var expected = new LedgerAccuracy(Robust: isRobust ? 1 : 0, Broken: 1, Missing: isRobust ? 0 : 1, Samples: 2);
        Assert.Multiple(() =>
        {
            Assert.That(ledger.Accuracy([Middle], 2), Is.EqualTo(expected));
            Assert.That(ledger.AccuracyAt(Middle.Budget.Radius, Norm.Infinity, [Middle], 2), Is.EqualTo(expected));
        });
    }

    [Test]
    public void Bounds_are_what_the_missing_could_make_of_it()
    {
        var accuracy = new LedgerAccuracy(Robust: 1, Broken: 2, Missing: 4, Samples: 8);
        Assert.That((accuracy.Wrong, accuracy.Least, accuracy.Most, accuracy.IsComplete), Is.EqualTo((1, 0.125, 0.625, false)));
        Assert.That(new LedgerAccuracy(1, 2, 0, 4).IsComplete);
    }

    [Test]
    public void A_sample_that_is_wrong_as_it_is_is_not_broken()
    {
        var ledger = new Ledger();
        ledger.AddClean(new LedgerRow(0, 1, 2, -0.5f));
        ledger.Add(0, Middle, Broken(0));
        Assert.That(ledger.Accuracy([Middle], 1), Is.EqualTo(new LedgerAccuracy(0, 0, 0, 1)));
        Assert.That(ledger.SmallestEpsilon(0, Norm.Infinity), Is.Zero);
        Assert.That(ledger.SmallestEpsilon(0, Norm.Euclidean), Is.Zero);
    }

    [Test]
    public void Logits_that_are_no_numbers_are_counted_and_wrong()
    {
        var ledger = new Ledger();
        ledger.AddClean(new LedgerRow(0, 1, Predictions.None, float.NaN));
        Assert.That(ledger.WithoutClass, Is.EqualTo(1));
        Assert.That(ledger.Accuracy([], 1).Wrong, Is.EqualTo(1));
    }

    [TestCase(3f / 255, 1, 0, 4, Description = "In smaller balls than any there is nothing but what larger ones tried in vain, and distances.")]
    [TestCase(4f / 255, 1, 2, 2, Description = "What a larger ball broke further away may break nearer.")]
    [TestCase(6f / 255, 1, 3, 1)]
    [TestCase(8f / 255, 1, 4, 0)]
    [TestCase(16f / 255, 0, 4, 1, Description = "In larger balls than any nobody has looked.")]
    public void Accuracy_at_a_radius_is_of_everything_known(float radius, int robust, int broken, int missing)
    {
        var ledger = Of(
            [(Near, Unbroken), (Middle, Unbroken)],
            [(Near, Unbroken), (Middle, Broken(7f / 255))],
            [(Near, Broken(4f / 255)), (Middle, Unbroken)],
            [(Near, Broken(3.5f / 255)), (Middle, Unbroken)],
            [(Middle, Broken(5f / 255))]);
        Assert.That(ledger.AccuracyAt(radius, Norm.Infinity, [Near, Middle, Euclidean], 5),
            Is.EqualTo(new LedgerAccuracy(robust, broken, missing, 5)));
    }

    [Test]
    public void Rounding_at_the_edge_of_a_ball_hides_nothing()
    {
        var ledger = Of([(Middle, Broken(MathF.BitIncrement(8f / 255)))]);
        Assert.That(ledger.AccuracyAt(8f / 255, Norm.Infinity, [Middle], 1).Broken, Is.EqualTo(1));
    }

    [Test]
    public void Nothing_is_robust_in_a_norm_that_nobody_attacked_in() =>
        Assert.That(Of([(Middle, Unbroken)]).AccuracyAt(0.5f, Norm.Euclidean, [Middle], 1), Is.EqualTo(new LedgerAccuracy(0, 0, 1, 1)));

    [Test]
    public void The_smallest_epsilon_is_of_one_norm()
    {
        var ledger = Of([(Near, Broken(0.01f)), (Middle, Broken(0.008f)), (Other, Unbroken), (Euclidean, Broken(0.25f))], [(Middle, Unbroken)]);
        Assert.That(ledger.SmallestEpsilon(0, Norm.Infinity), Is.EqualTo(0.008f));
        Assert.That(ledger.SmallestEpsilon(0, Norm.Euclidean), Is.EqualTo(0.25f));
        Assert.That(ledger.SmallestEpsilon(1, Norm.Infinity), Is.Null);
        Assert.That(() => ledger.SmallestEpsilon(2, Norm.Infinity), Throws.TypeOf<KeyNotFoundException>());
    }

    private static IEnumerable<TestCaseData> Pairs()
    {
        yield return new TestCaseData(Broken(0.02f), Unbroken).SetName("broken beats unbroken");
        yield return new TestCaseData(Broken(0.01f, 9), Broken(0.02f, 1)).SetName("the nearer of two broken");
        yield return new TestCaseData(Broken(0.01f, 1), Broken(0.01f, 9)).SetName("the earlier of two equally near");
        yield return new TestCaseData(MemberFinding.Unbroken(20), MemberFinding.Unbroken(10)).SetName("the longer of two in vain");
    }

    [TestCaseSource(nameof(Pairs))]
    public void The_worse_finding_stays(MemberFinding worse, MemberFinding better)
    {
        foreach (var ledger in new[] { Of([(Middle, worse), (Middle, better)]), Of([(Middle, better), (Middle, worse)]) })
        {
            Assert.That(ledger.Found(0)[Middle], Is.EqualTo(worse));
        }
    }

    private static IEnumerable<TestCaseData> Contradictions()
    {
        yield return Case("label 1", new LedgerRow(0, 2, 1, -0.5f), "label 1 and 2");
        yield return Case("another prediction", new LedgerRow(0, 1, 0, -0.5f), "prediction 1 and 0");
        yield return Case("another margin", new LedgerRow(0, 1, 1, 0.25f), "margin 0.5 and 0.25");
        yield return Case("right with a negative margin", new LedgerRow(3, 1, 1, -0.5f), "Sample 3", "at least 0", "-0.5");
        yield return Case("wrong with a positive margin", new LedgerRow(3, 1, 2, 0.5f), "at most 0");
        yield return Case("a margin of no logits", new LedgerRow(3, 1, Predictions.None, 0.5f), "no number");
        yield return Case("no margin of logits", new LedgerRow(3, 1, 1, float.NaN), "NaN");
        yield return Case("a negative label", new LedgerRow(3, -1, 1, -0.5f), "label -1");
        yield return Case("a prediction that is none", new LedgerRow(3, 1, -2, -0.5f), "prediction -2");
        yield return Case("a negative number", new LedgerRow(-1, 1, 1, 0.5f), "Sample -1");

        static TestCaseData Case(string name, LedgerRow row, params string[] parts) => new TestCaseData(row, parts).SetName(name);
    }

    [TestCaseSource(nameof(Contradictions))]
    public void A_row_that_contradicts_is_refused(LedgerRow row, string[] parts)
    {
        var ledger = OneRow();
        var refusal = Assert.Throws<BadInputException>(() => ledger.AddClean(row));
        Assert.That(parts, Is.All.Matches<string>(part => refusal!.Message.Contains(part)), refusal!.Message);
        Assert.That(ledger.Rows, Is.EqualTo(new[] { new LedgerRow(0, 1, 1, 0.5f) }));
    }

    [TestCase(true, -1, 0f, "step")]
    [TestCase(true, 1, -0.01f, "within the ball")]
    [TestCase(true, 1, float.NaN, "within the ball")]
    [TestCase(true, 1, 0.05f, "within the ball")]
    [TestCase(false, 1, 0.01f, "not broken")]
    public void A_finding_that_contradicts_is_refused(bool broken, int at, float distance, string part)
    {
        var ledger = OneRow();
        Assert.That(() => ledger.Add(0, Middle, new MemberFinding(broken, at, distance)), Throws.TypeOf<BadInputException>().With.Message.Contains(part));
        Assert.That(ledger.Found(0), Is.Empty);
    }

    [Test]
    public void A_finding_comes_after_its_row() =>
        Assert.That(() => OneRow().Add(1, Middle, Unbroken), Throws.TypeOf<BadInputException>().With.Message.Contains("Sample 1"));

    [Test]
    public void More_rows_than_samples_are_no_share() => Assert.That(() => Of([], []).Accuracy([], 1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Zeros_and_margins_beyond_floats_have_one_value()
    {
        Assert.That(BitConverter.SingleToUInt32Bits(new LedgerRow(0, 1, 1, -0f).Margin), Is.Zero);
        Assert.That(BitConverter.SingleToUInt32Bits(Broken(-0f).Distance), Is.Zero);
        Assert.That(new LedgerRow(0, 1, 1, float.PositiveInfinity).Margin, Is.EqualTo(float.MaxValue));
    }

    [TestCase("label", 2, 1, 0.5f, "label 1 and 2")]
    [TestCase("prediction", 1, 2, -0.5f, "prediction 1 and 2")]
    [TestCase("margin", 1, 1, 0.75f, "margin 0.5 and 0.75")]
    public void Ledgers_that_disagree_about_a_clean_image_do_not_merge(string _, int label, int prediction, float margin, string values)
    {
        var other = new Ledger();
        var isRight = label == prediction;
        other.AddClean(new LedgerRow(0, label, prediction, isRight ? margin : -Math.Abs(margin)));
        Assert.That(() => OneRow().MergeWith(other), Throws.TypeOf<BadInputException>().With.Message.Contains("Sample 0").And.Message.Contains(values));
    }
}
