using FsCheck;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Ledgers;

[TestFixture]
public sealed class LedgerMemberTests
{
    private static readonly string[] Names = [.. AttackCatalogue.Names, "pgd_ens", "pgd10(restarts=5)", "square(queries=500)", "rfgsm(alpha=1E-05)"];

    [TestCase("pgd10 bptt.PCW.1.0 linf:0.03137255", "pgd10", "bptt.PCW.1.0", Norm.Infinity, 8f / 255)]
    [TestCase("square none l2:0.5", "square", LedgerMember.NoEstimator, Norm.Euclidean, 0.5f)]
    [TestCase("fgsm bptr linf:1E-05", "fgsm", "bptr", Norm.Infinity, 1e-5f)]
    public void A_member_has_a_text(string text, string attack, string estimator, Norm norm, float radius)
    {
        var member = new LedgerMember(attack, estimator, new Budget(norm, radius));
        Assert.That(member.ToString(), Is.EqualTo(text));
        Assert.That(LedgerMember.Parse(text), Is.EqualTo(member));
    }

    [TestCase("")]
    [TestCase("pgd10")]
    [TestCase("pgd10 bptt.PCW.1.0")]
    [TestCase("pgd10  linf:0.5")]
    [TestCase("pgd10 bptr linf:0.5 more")]
    [TestCase("pgd10\t bptr linf:0.5")]
    [TestCase("pgd10 bptr 0.5")]
    [TestCase("pgd10 bptr l1:0.5")]
    [TestCase("pgd10 bptr linf:")]
    [TestCase("pgd10 bptr linf:-0.5")]
    [TestCase("pgd10 bptr linf:NaN")]
    [TestCase("pgd10 bptr linf:1e99")]
    [TestCase("pgd10 bptr linf:8/255")]
    [TestCase("pgd10 bptr linf:0.50", Description = "a second text of the same member")]
    [TestCase("pgd10 bptr linf:0.031372549", Description = "more digits than the float has")]
    public void Other_texts_are_none(string text) =>
        Assert.That(() => LedgerMember.Parse(text), Throws.TypeOf<BadInputException>().With.Message.Contains("linf:0.03137255"));

    [Test]
    public void What_has_no_text_is_no_member([Values("", "two words", "line\n")] string name)
    {
        Assert.That(() => new LedgerMember(name, "bptr", Budget.Pixels(0.1f)), Throws.ArgumentException);
        Assert.That(() => new LedgerMember("pgd10", name, Budget.Pixels(0.1f)), Throws.ArgumentException);
    }

    [Test]
    public void A_radius_is_a_finite_number_of_at_least_0([Values(-0.5f, float.NaN, float.PositiveInfinity)] float radius) =>
        Assert.That(() => new LedgerMember("pgd10", "bptr", Budget.Pixels(radius)), Throws.ArgumentException);

    [FsCheck.NUnit.Property]
    public bool Every_float_comes_back(uint bits, bool isEuclidean)
    {
        var radius = Math.Abs(BitConverter.UInt32BitsToSingle(bits * 2654435761));
        var member = new LedgerMember(
            "pgd10", "act", new Budget(isEuclidean ? Norm.Euclidean : Norm.Infinity, float.IsFinite(radius) ? radius : 0));
        return LedgerMember.Parse(member.ToString()) == member;
    }

    /// <summary>A name with a space in it would have no text.</summary>
    [TestCaseSource(nameof(Names))]
    public void Members_of_attacks_are_members_of_ledgers(string name)
    {
        foreach (var member in AttackCatalogue.Parse(name).Members)
        {
            var entry = new LedgerMember(member.Attack.Name, member.EstimatorName, Budget.Pixels(8f / 255));
            Assert.That(LedgerMember.Parse(entry.ToString()), Is.EqualTo(entry));
        }
    }
}
