using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class ProtocolTests
{
    private static readonly Budget[] InPixels = [Budget.Pixels(0.03f)];

    [Test]
    public void P2_is_what_the_paper_reports()
    {
        var asked = Protocol.Parse("p2").For(10, null, []);
        string[] everywhere = ["fgsm_ens", "pgd7_ens", "pgd10_ens", "pgd20_ens", "pgd40_ens", "apgd-dlr_ens", "apgd-ce_ens"];
        string[] members = [.. GradientEstimators.Ensemble.Skip(1).Select(each => $"fgsm(surrogate={each.Name})")];
        string[] atEight = [.. everywhere, "fgsm", .. members, "square(queries=500)", "square(queries=1000)", "square"];
        Assert.Multiple(() =>
        {
            Assert.That(At(2), Is.EqualTo(everywhere));
            Assert.That(At(4), Is.EqualTo(everywhere));
            Assert.That(At(8), Is.EqualTo(atEight));
            Assert.That(Protocol.Parse("p2").StopsEarly, Is.False, "the papers count what an attack ends in");
        });

        IEnumerable<string> At(int epsilon) => asked.Where(each => each.Budget == Budget.Pixels(epsilon / 255f)).Select(each => each.Attack.Name);
    }

    [Test]
    public void AutoAttack_is_its_standard_version()
    {
        using var small = new SmallAttack(0);
        var attack = Protocol.Parse("autoattack").For(10, InPixels, []).Single().Attack;
        Assert.That(attack.Members.Select(member => (member.Attack.Name, member.Attack.Rounds(small.Classifier))), Is.EqualTo(new[]
        {
            ("apgd-ce(steps=100)", 1), ("apgd-t(steps=100)", Small.Classes - 1), ("fab-t", Small.Classes - 1), ("square", 1),
        }));
    }

    [Test]
    public void Strict_is_one_ensemble_of_everything()
    {
        var asked = Protocol.Parse("strict").For(10, InPixels, []);
        var members = asked.Single().Attack.Members;
        Assert.Multiple(() =>
        {
            Assert.That(members, Is.Unique);
            Assert.That(members.Select(member => member.Estimator), Is.SupersetOf(GradientEstimators.Ensemble));
            foreach (var estimator in new[] { "rga", "hart", "bptt.PDSG", "bptt.ASSG.0.38", "bptt.ASSG.0.425", "bptt.ASSG.0.46" })
            {
                Assert.That(members.Select(member => member.EstimatorName), Has.Some.EqualTo(estimator));
            }

            foreach (var family in AttackCatalogue.Names)
            {
                Assert.That(members.Select(member => member.Attack.Name), Has.Some.Match($@"^{family}\d*(\(|$)"));
            }
        });
    }

    /// <summary>A member that is there twice costs its passes twice, and a ledger has one finding for both.</summary>
    [TestCase("p1", 8)]
    [TestCase("p2", 8)]
    [TestCase("autoattack", 8)]
    [TestCase("strict", 8)]
    [TestCase("p1", 0)]
    [TestCase("p2", 0)]
    [TestCase("autoattack", 0)]
    [TestCase("strict", 0)]
    public void Every_member_of_an_attack_is_there_once(string protocol, int timesteps)
    {
        var asked = Protocol.Parse(protocol).For(10, InPixels, []);
        Assert.Multiple(() =>
        {
            foreach (var attack in asked.Select(each => each.Attack.For(timesteps)))
            {
                Assert.That(attack.Members.Select(member => member.In(InPixels[0]).ToString()), Is.Unique, attack.Name);
                Assert.That(timesteps > 0 ? [] : attack.Members.Select(member => member.AttackName), Is.Unique, "an ANN has one gradient");
            }
        });
    }

    [TestCase(2, Norm.Infinity, "apgd-dlr", "apgd-t")]
    [TestCase(3, Norm.Infinity, "apgd-t")]
    [TestCase(10, Norm.Euclidean, "sa-pgd")]
    [TestCase(10, Norm.Infinity)]
    public void What_cannot_be_run_is_left_out_and_said(int classes, Norm norm, params string[] families)
    {
        var notes = new List<string>();
        var members = Protocol.Parse("strict").For(classes, [new Budget(norm, 0.03f)], notes).Single().Attack.Members;
        Assert.Multiple(() =>
        {
            Assert.That(notes, Is.Unique.And.All.Contains("left out"));
            Assert.That(notes, families.Length == 0 ? Is.Empty : Is.Not.Empty);
            foreach (var family in families)
            {
                Assert.That(notes, Has.Some.StartsWith(family));
                Assert.That(members.Select(member => member.Attack.Name), Has.None.StartsWith(family + "(").And.None.EqualTo(family));
            }
        });
    }

    [Test]
    public void An_unknown_protocol_is_refused() =>
        Assert.That(() => Protocol.Parse("p3"), Throws.TypeOf<BadInputException>().With.Message.Contains("p1, p2, autoattack, strict"));

    [TestCase("autoattack(surrogate=bptr)", "bptr")]
    [TestCase("autoattack", "bptt.PCW.1.0")]
    public void AutoAttack_follows_the_gradients_that_it_is_told(string name, string estimator)
    {
        var attack = AttackCatalogue.Parse(name);
        Assert.Multiple(() =>
        {
            Assert.That(attack.Name, Is.EqualTo(name));
            Assert.That(attack.Members.Take(3).Select(member => member.EstimatorName), Is.All.EqualTo(estimator));
            Assert.That(attack.Members[3].EstimatorName, Is.EqualTo("none"));
        });
    }

    [TestCase("autoattack(steps=3)", null)]
    [TestCase("autoattack_ens", null)]
    [TestCase("autoattack(surrogate=nobody)", null)]
    [TestCase("autoattack", 7)]
    public void What_AutoAttack_is_not_is_refused(string name, int? steps) =>
        Assert.That(() => AttackCatalogue.Parse(name, steps), Throws.TypeOf<BadInputException>());

    [Test]
    public void A_transferred_attack_says_from_where()
    {
        var attack = AttackCatalogue.Parse("pgd10_ens@ann");
        Assert.Multiple(() =>
        {
            Assert.That(attack.Name, Is.EqualTo("pgd10_ens@ann"));
            Assert.That(attack.Members.Select(member => member.Origin), Is.All.EqualTo("ann"));
            Assert.That(attack.For(0).Members, Has.Count.EqualTo(19), "the other network may have timesteps where this one has none");
            Assert.That(attack.Members[0].In(Budget.Pixels(0.5f)).ToString(), Is.EqualTo("pgd10@ann bptt.PCW.1.0 linf:0.5"));
        });
    }
}
