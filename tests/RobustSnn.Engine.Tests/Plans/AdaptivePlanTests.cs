using NUnit.Framework;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Gradients of images through whole networks, with a surrogate that adapts to the pass or remembers earlier ones.</summary>
public sealed class AdaptivePlanTests
{
    private const int Samples = 3;

    private static readonly AdaptiveSurrogate Surrogate = new AdaptiveSurrogate.Sharpness(0.425);

    /// <summary>The CPU looked at by the checks of every call, against the reference: three passes of one run.</summary>
    [TestCase("vggmini", "hard", 1.0)]
    [TestCase("vggmini", "soft", 0.9)]
    [TestCase("wrnmini", "soft", 0.9)]
    public void CpuAndReferenceGiveTheSameGradientsPassAfterPass(string architecture, string reset, double leak)
    {
        using var cpu = Backends.Open(options: new(2));
        using var reference = Backends.Open("reference");
        var found = Gradients(cpu, Surrogate, architecture, reset, leak);
        var expected = Gradients(reference, Surrogate, architecture, reset, leak);
        for (var pass = 0; pass < expected.Length; pass++)
        {
            Assert.That(PlanBench.Error(found[pass], expected[pass]), Is.LessThan(1e-3), $"pass {pass}");
            Assert.That(expected[pass].Any(value => value != 0), Is.True, "gradients do not vanish");
        }

        Assert.That(PlanBench.Error(expected[1], expected[0]), Is.GreaterThan(1e-2), "it has adapted");
    }

    /// <summary>PDSG follows from the membranes of the pass alone: the second of the same images has the same gradient, to the bit.</summary>
    [TestCase("vggmini", "hard", 1.0)]
    [TestCase("wrnmini", "hard", 1.0)]
    [TestCase("wrnmini", "soft", 0.9)]
    public void WhatFollowsFromThePassAloneIsTheReferencesToo(string architecture, string reset, double leak)
    {
        using var cpu = Backends.Open(options: new(2));
        using var reference = Backends.Open("reference");
        var found = Gradients(cpu, new AdaptiveSurrogate.Potential(), architecture, reset, leak);
        var expected = Gradients(reference, new AdaptiveSurrogate.Potential(), architecture, reset, leak);
        Assert.That(PlanBench.Error(found[0], expected[0]), Is.LessThan(1e-3));
        Assert.That(expected[0].Any(value => value != 0), Is.True, "gradients do not vanish");
        Assert.That(found[1], Is.EqualTo(found[0]));
    }

    [Test]
    public void ARunBeginsWithoutMemory()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, Samples, 4, PassMode.InputGradient);
        using var gradient = plan.PrepareAdaptive(Surrogate);
        gradient.Begin(Surrogate);
        var first = Once(plan, gradient);
        Once(plan, gradient);
        gradient.Begin(Surrogate);
        Assert.That(Once(plan, gradient), Is.EqualTo(first));
    }

    private static AdaptiveSurrogate[] All => [Surrogate, new AdaptiveSurrogate.Potential()];

    [TestCaseSource(nameof(All))]
    public void AGradientAllocatesNothing(AdaptiveSurrogate surrogate)
    {
        using var backend = Backends.Open(options: new(1, IsChecked: false));
        using var model = PlanBench.Model(backend, "wrnmini");
        using var plan = new Plan(model, Samples, 4, PassMode.InputGradient);
        using var gradient = plan.PrepareAdaptive(surrogate);
        gradient.Begin(surrogate);
        plan.Pixels.Upload(PlanBench.Images(Samples, 12));
        Assert.That(Allocations.OfEachCall(Pass), Is.Zero);

        void Pass()
        {
            plan.Forward(Samples);
            backend.Fill(plan.LogitGradient, 0.1f);
            plan.BackwardAdaptively(gradient);
        }
    }

    [Test]
    public void WhatCannotBeGoneBackThroughIsRefused()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, Samples, 4, PassMode.InputGradient);
        using var gradient = plan.PrepareAdaptive(Surrogate);
        Assert.That(() => Once(plan, gradient), Throws.InvalidOperationException.With.Message.Contains("begun"));
        gradient.Begin(Surrogate);
        Assert.That(() => plan.BackwardAdaptively(gradient), Throws.InvalidOperationException.With.Message.Contains("Forward"));
        using var training = new Plan(model, Samples, 4, PassMode.Training);
        training.Pixels.Upload(PlanBench.Images(Samples, 12));
        training.Forward(Samples);
        Assert.That(() => training.BackwardAdaptively(gradient), Throws.InvalidOperationException.With.Message.Contains("images only"));
    }

    private static float[][] Gradients(IBackend backend, AdaptiveSurrogate surrogate, string architecture, string reset, double leak)
    {
        using var model = PlanBench.Model(backend, architecture, reset == "hard" ? Reset.Hard : Reset.Soft, leak);
        using var plan = new Plan(model, Samples, 4, PassMode.InputGradient);
        using var gradient = plan.PrepareAdaptive(surrogate);
        gradient.Begin(surrogate);
        return [.. Enumerable.Range(0, 3).Select(_ => Once(plan, gradient))];
    }

    private static float[] Once(Plan plan, AdaptiveGradient gradient)
    {
        var images = PlanBench.Images(Samples, 12);
        plan.Pixels.Upload(images);
        plan.Forward(Samples);
        plan.LogitGradient.Upload([.. Enumerable.Range(0, Samples * PlanBench.Classes).Select(i => i % 3 - 1f)]);
        plan.BackwardAdaptively(gradient);
        return plan.PixelGradient.ToArray(images.Length);
    }
}
