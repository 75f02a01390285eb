using RobustSnn.Model;

namespace RobustSnn.Robustness.Tests;

public sealed class AttackCatalogueTests
{
    [TestCase("clean", 0)]
    [TestCase("fgsm", 1)]
    [TestCase("rfgsm", 1)]
    [TestCase("pgd7", 1)]
    [TestCase("pgd10", 1)]
    [TestCase("apgd-ce", 1)]
    [TestCase("apgd-dlr", 1)]
    [TestCase("fgsm_ens", 19)]
    [TestCase("rfgsm_ens", 19)]
    [TestCase("pgd40_ens", 19)]
    [TestCase("apgd-ce_ens", 19)]
    [TestCase("apgd-dlr_ens", 19)]
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

    [TestCase("apgd_dlr", "apgd-dlr")]
    [TestCase("apgd-ce-ens", "apgd-ce_ens")]
    [TestCase("FGSM", "fgsm")]
    [TestCase("pgd", "pgd")]
    [TestCase("pgd0", "pgd")]
    [TestCase("pgd010", "pgd10")]
    [TestCase("pgd-10", "pgd10")]
    [TestCase("clean_ens", "clean")]
    [TestCase("", "clean")]
    public void A_mistyped_name_is_refused_with_the_nearest(string name, string nearest)
    {
        var refusal = Assert.Throws<BadInputException>(() => AttackCatalogue.Parse(name));
        Assert.That(refusal?.Message, Does.Contain($"'{name}'").And.Contain(nearest));
    }

    [TestCase("fgsm_ens", 0, 1)]
    [TestCase("fgsm_ens", 8, 19)]
    [TestCase("clean", 0, 0)]
    public void On_an_ANN_one_estimator_is_enough(string name, int timesteps, int members) =>
        Assert.That(AttackCatalogue.Parse(name).For(timesteps).Members, Has.Count.EqualTo(members));
}
