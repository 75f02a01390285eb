using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Estimators;

public sealed class GradientEstimatorsTests
{
    private static readonly string[] Names =
    [
        "bptt.PCW.1.0", "bptt.PCW.2.0", "bptt.PCW.3.0", "bptt.PCW.0.5", "bptt.PCW.0.25",
        "bptt.EXP-D.0.5", "bptt.EXP-D.1.0", "bptt.EXP-D.2.0", "bptt.EXP.0.5", "bptt.EXP.1.0", "bptt.EXP.2.0",
        "bptt.RECT.0.25", "bptt.RECT.0.5", "bptt.RECT.1.0", "bptt.RECT.2.0", "bptt.RECT.4.0", "bptt.STE.1.0", "bptr", "act",
    ];

    [Test]
    public void The_ensemble_is_the_19_of_the_papers_in_their_order() =>
        Assert.That(GradientEstimators.Ensemble.Select(each => each.Name), Is.EqualTo(Names));

    [TestCaseSource(nameof(Names))]
    public void A_name_parses_to_the_estimator_of_that_name(string name) =>
        Assert.That(GradientEstimators.Parse(name).Name, Is.EqualTo(name));

    [TestCase("bptt.PDSG", typeof(GradientEstimator.ThroughTimeAdapting))]
    [TestCase("rga", typeof(GradientEstimator.ThroughMeanCurrent))]
    [TestCase("hart", typeof(GradientEstimator.ThroughMeanGradient))]
    public void Others_have_names_but_no_place_in_the_ensemble(string name, Type kind)
    {
        var estimator = GradientEstimators.Parse(name);
        Assert.That(estimator, Is.TypeOf(kind));
        Assert.That(estimator.Name, Is.EqualTo(name));
        Assert.That(estimator, Is.EqualTo(GradientEstimators.Parse(name)));
        Assert.That(GradientEstimators.Ensemble, Has.None.EqualTo(estimator));
    }

    [Test]
    public void The_default_is_PCW_of_width_1() =>
        Assert.That(GradientEstimator.Default, Is.EqualTo(GradientEstimator.Through(new Surrogate(SurrogateKind.PiecewiseLinear, 1))));

    [TestCase("bptr", typeof(GradientEstimator.ThroughRate))]
    [TestCase("act", typeof(GradientEstimator.ThroughActivation))]
    [TestCase("bptt.STE.1.0", typeof(GradientEstimator.ThroughTime))]
    [TestCase("bptt.ASSG.0.38", typeof(GradientEstimator.ThroughTimeAdapting))]
    public void A_name_says_which_pass_gives_the_gradient(string name, Type kind) => Assert.That(GradientEstimators.Parse(name), Is.TypeOf(kind));

    [TestCase("bptt.ASSG.0.425", 0.425)]
    [TestCase("bptt.ASSG.0.38", 0.38)]
    public void The_adaptive_one_has_its_c_in_its_name(string name, double c)
    {
        var estimator = GradientEstimators.Parse(name);
        Assert.That(estimator, Is.EqualTo(GradientEstimator.Through(new AdaptiveSurrogate.Sharpness(c))));
        Assert.That(estimator.Name, Is.EqualTo(name));
        Assert.That(estimator, Is.Not.EqualTo(GradientEstimator.Through(new AdaptiveSurrogate.Sharpness(0.4))));
    }

    [TestCase("bptt.ASSG.0.5")]
    [TestCase("bptt.ASSG.0")]
    [TestCase("bptt.ASSG.-0.4")]
    [TestCase("bptt.ASSG.NaN")]
    [TestCase("bptt.ASSG.")]
    public void A_c_for_which_there_is_no_tangent_is_refused(string name)
    {
        var refusal = Assert.Throws<BadInputException>(() => GradientEstimators.Parse(name));
        Assert.That(refusal?.Message, Does.Contain(name).And.Contain("between 0 and 0.5"));
    }

    [Test]
    public void An_unknown_name_is_refused_with_the_nearest()
    {
        var refusal = Assert.Throws<BadInputException>(() => GradientEstimators.Parse("bptt.RCT.4.0"));
        Assert.That(refusal?.Message, Does.Contain("bptt.RECT.4.0"));
        Assert.That(Assert.Throws<BadInputException>(() => GradientEstimators.Parse("bptt.PSDG"))?.Message, Does.Contain("nearest are bptt.PDSG"));
    }
}
