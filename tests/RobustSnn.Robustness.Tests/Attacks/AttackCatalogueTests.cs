using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class AttackCatalogueTests
{
    [TestCase("clean", 0)]
    [TestCase("fgsm", 1)]
    [TestCase("rfgsm", 1)]
    [TestCase("pgd7", 1)]
    [TestCase("pgd10", 1)]
    [TestCase("apgd-ce", 1)]
    [TestCase("apgd-dlr", 1)]
    [TestCase("apgd-t", 1)]
    [TestCase("fab", 1)]
    [TestCase("fab-t", 1)]
    [TestCase("square", 1)]
    [TestCase("fgsm_ens", 19)]
    [TestCase("rfgsm_ens", 19)]
    [TestCase("pgd40_ens", 19)]
    [TestCase("apgd-ce_ens", 19)]
    [TestCase("apgd-dlr_ens", 19)]
    [TestCase("apgd-t_ens", 19)]
    [TestCase("fab_ens", 19)]
    [TestCase("fab-t_ens", 19)]
    public void A_name_gives_its_members(string name, int members)
    {
        var attack = AttackCatalogue.Parse(name);
        Assert.Multiple(() =>
        {
            Assert.That(attack.Name, Is.EqualTo(name));
            Assert.That(attack.Members, Has.Count.EqualTo(members));
            Assert.That(
                attack.Members.Select(member => member.Attack.Name),
                Is.All.EqualTo(name.Replace("_ens", "", StringComparison.Ordinal)));
        });
    }

    [TestCase("pgd", "pgd10")]
    [TestCase("pgd_ens", "pgd10_ens")]
    [TestCase("pgd(steps=7)", "pgd7")]
    [TestCase("pgd7(restarts=1)", "pgd7")]
    [TestCase("pgd7( restarts = 5 )", "pgd7(restarts=5)")]
    [TestCase("tpgd20", "tpgd20")]
    [TestCase("mart", "mart10")]
    [TestCase("apgd-ce(steps=10)", "apgd-ce")]
    [TestCase("apgd-dlr(steps=100)_ens", "apgd-dlr(steps=100)_ens")]
    [TestCase("apgd-t(steps=10, targets=9)", "apgd-t")]
    [TestCase("apgd-t(targets=3)", "apgd-t(targets=3)")]
    [TestCase("apgd-t(targets=3,steps=100)_ens", "apgd-t(steps=100,targets=3)_ens")]
    [TestCase("fab(restarts=1, steps=100)", "fab")]
    [TestCase("fab50(restarts=5)_ens", "fab(steps=50,restarts=5)_ens")]
    [TestCase("fab-t(steps=100,targets=9)", "fab-t")]
    [TestCase("fab-t(targets=3, surrogate=act)", "fab-t(targets=3,surrogate=act)")]
    [TestCase("square(queries=5000)", "square")]
    [TestCase("square(queries=500)", "square(queries=500)")]
    [TestCase("rfgsm(alpha=0.5)", "rfgsm")]
    [TestCase("rfgsm-kl(alpha=0.25)", "rfgsm-kl(alpha=0.25)")]
    [TestCase("pgd10(surrogate=bptt.PCW.1.0)", "pgd10")]
    [TestCase("fgsm(surrogate=act)", "fgsm(surrogate=act)")]
    [TestCase("pgd7( surrogate = bptt.ASSG.0.380, restarts = 5 )", "pgd7(restarts=5,surrogate=bptt.ASSG.0.38)")]
    [TestCase("apgd-ce(steps=100, surrogate=bptr)", "apgd-ce(steps=100,surrogate=bptr)")]
    [TestCase("pgd10(surrogate=rga)", "pgd10(surrogate=rga)")]
    [TestCase("apgd-ce( surrogate=hart )", "apgd-ce(surrogate=hart)")]
    [TestCase("apgd-t(surrogate=bptt.PDSG,steps=20)", "apgd-t(steps=20,surrogate=bptt.PDSG)")]
    [TestCase("fgsm(eot=1)", "fgsm")]
    [TestCase("fgsm(eot=3)", "fgsm(eot=3)")]
    [TestCase("pgd7(surrogate=act, eot=3, restarts=5)", "pgd7(restarts=5,eot=3,surrogate=act)")]
    [TestCase("apgd-t(eot=2,targets=3,steps=100)_ens", "apgd-t(steps=100,targets=3,eot=2)_ens")]
    public void An_attack_has_one_name_that_gives_it_again(string written, string name)
    {
        Assert.That(AttackCatalogue.Parse(written).Name, Is.EqualTo(name));
        Assert.That(AttackCatalogue.Parse(name).Name, Is.EqualTo(name));
    }

    [TestCase("pgd7", "pgd3")]
    [TestCase("apgd-ce_ens", "apgd-ce(steps=3)_ens")]
    public void Steps_may_be_given_apart(string written, string name) => Assert.That(AttackCatalogue.Parse(written, 3).Name, Is.EqualTo(name));

    [TestCase("fgsm")]
    [TestCase("square")]
    [TestCase("clean")]
    public void What_has_no_steps_refuses_them(string name) => Assert.Throws<BadInputException>(() => AttackCatalogue.Parse(name, 3));

    [TestCase("apgd_dlr", "apgd-dlr")]
    [TestCase("apgd-ce-ens", "apgd-ce_ens")]
    [TestCase("FGSM", "fgsm")]
    [TestCase("pgd10(restart=2)", "restarts")]
    [TestCase("pgd10(steps=3)", "twice")]
    [TestCase("fgsm(steps=3)", "'steps'")]
    [TestCase("pgd10(surrogat=act)", "surrogate")]
    [TestCase("pgd10(surrogate=act)_ens", "act alone")]
    [TestCase("pgd10(restarts=2", "bracket")]
    [TestCase("apgd-t(target=3)", "targets")]
    [TestCase("apgd-t(targets=0)", "targets")]
    [TestCase("fab(targets=3)", "restarts")]
    [TestCase("fab-t(steps=0)", "steps")]
    [TestCase("fabt", "fab-t")]
    [TestCase("square(queries=-1)", "queries")]
    [TestCase("square(eot=2)", "no gradient, so that no eot")]
    [TestCase("pgd10(eot=0)", "eot")]
    [TestCase("pgd10(eto=2)", "eot")]
    [TestCase("square500", "square")]
    [TestCase("square(queries=500)_ens", "no gradient; expected square(queries=500)")]
    [TestCase("pgd0", "pgd")]
    [TestCase("pgd010", "steps")]
    [TestCase("pgd-10", "pgd")]
    [TestCase("clean_ens", "clean")]
    [TestCase("", "clean")]
    public void A_mistyped_name_is_refused_with_the_nearest(string name, string nearest)
    {
        var refusal = Assert.Throws<BadInputException>(() => AttackCatalogue.Parse(name));
        Assert.That(refusal?.Message, Does.Contain($"'{name}'").And.Contain(nearest));
    }

    [TestCase("pgd10(surrogate=bptt.PWC.2.0)", "bptt.PCW.2.0")]
    [TestCase("pgd10(surrogate=)", "act")]
    public void A_surrogate_that_does_not_exist_is_refused_with_the_nearest(string name, string nearest) =>
        Assert.That(Assert.Throws<BadInputException>(() => AttackCatalogue.Parse(name))?.Message, Does.Contain(nearest));

    [Test]
    public void A_surrogate_is_an_option_of_every_attack_that_follows_gradients() => Assert.That(
        AttackCatalogue.Parse("pgd7(surrogate=bptt.ASSG.0.38)").Members.Single().Estimator,
        Is.EqualTo(GradientEstimators.Parse("bptt.ASSG.0.38")));

    [TestCase("fgsm_ens", 0, 1)]
    [TestCase("fgsm_ens", 8, 19)]
    [TestCase("clean", 0, 0)]
    public void On_an_ANN_one_estimator_is_enough(string name, int timesteps, int members) =>
        Assert.That(AttackCatalogue.Parse(name).For(timesteps).Members, Has.Count.EqualTo(members));
}
