using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Reference;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Passes of a pruned network, also of plans that were compiled before, against the same network with zeros for pruned weights.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class PrunedPlanTests
{
    private const int Samples = 3;
    private const int Steps = 3;

    /// <summary>Fast and plain backends differ in rounding only; so do sums with and without zeros.</summary>
    private const double Rounding = 1e-4;

    private static readonly float[] Images = PlanBench.Images(Samples, 11);

    private static IEnumerable<TestCaseData> Cases() =>
        from network in new[] { ("cpu", "vggmini"), ("cpu", "wrnmini"), ("reference", "vggmini") }
        from early in new[] { false, true }
        select new TestCaseData(network.Item1, network.Item2, early)
            .SetArgDisplayNames(network.Item1, network.Item2, early ? "plan before pruning" : "plan after");

    [TestCaseSource(nameof(Cases))]
    public void Training_is_that_of_zeros_held_at_zero(string name, string architecture, bool early)
    {
        using var backend = Backend(name);
        using var sparse = PlanBench.Model(backend, architecture);
        using var dense = PlanBench.Model(backend, architecture);
        if (!early)
        {
            Prune(sparse);
        }

        using var plan = new Plan(sparse, Samples, Steps, PassMode.Training);
        if (early)
        {
            PlanBench.Train(plan, Images, Samples);
            Restart(sparse, dense);
            Prune(sparse);
        }

        Zero(dense);
        using var expected = new Plan(dense, Samples, Steps, PassMode.Training);
        for (var step = 0; step < 2; step++)
        {
            PlanBench.Train(plan, Images, Samples);
            PlanBench.Train(expected, Images, Samples);
            AssertGradientsAgree(sparse, dense);
            sparse.Parameters.SgdStep(new SgdSettings(0.05f, 0.9f, 1e-3f));
            dense.Parameters.SgdStep(new SgdSettings(0.05f, 0.9f, 1e-3f));
            Zero(dense);
        }

        Assert.Multiple(() =>
        {
            foreach (var parameter in dense.Parameters.All)
            {
                Assert.That(sparse.Parameters[parameter.Name].ToDense(), Is.EqualTo(parameter.ToDense()).Within(Rounding), parameter.Name);
            }
        });
    }

    [TestCaseSource(nameof(Cases))]
    public void Logits_and_input_gradient_are_those_of_zeros(string name, string architecture, bool early)
    {
        using var backend = Backend(name);
        using var sparse = PlanBench.Model(backend, architecture);
        using var dense = PlanBench.Model(backend, architecture);
        if (!early)
        {
            Prune(sparse);
        }

        using var plan = new Plan(sparse, Samples, Steps, PassMode.InputGradient);
        if (early)
        {
            PlanBench.Attack(plan, Images, Samples, NeuronGradient.Default);
            Prune(sparse);
        }

        Zero(dense);
        using var expected = new Plan(dense, Samples, Steps, PassMode.InputGradient);
        var found = PlanBench.Attack(plan, Images, Samples, NeuronGradient.Default);
        var wanted = PlanBench.Attack(expected, Images, Samples, NeuronGradient.Default);
        Assert.That(wanted.Gradient, Has.Some.Not.Zero);
        Assert.That(PlanBench.Error(found.Logits, wanted.Logits), Is.LessThan(Rounding));
        Assert.That(PlanBench.Error(found.Gradient, wanted.Gradient), Is.LessThan(Rounding));
    }

    [Test]
    public void Pruning_undone_is_seen_by_a_plan_compiled_before()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, Samples, Steps, PassMode.InputGradient);
        var before = PlanBench.Attack(plan, Images, Samples, NeuronGradient.Default);
        var weights = model.Parameters.All.Where(parameter => parameter.Specification.Prunable).ToDictionary(each => each.Name, each => each.ToDense());
        Prune(model);
        Assert.That(PlanBench.Attack(plan, Images, Samples, NeuronGradient.Default).Logits, Is.Not.EqualTo(before.Logits));
        foreach (var (name, values) in weights)
        {
            model.Parameters.Prune(name, null);
            model.Parameters[name].FromDense(values);
        }

        Assert.That(PlanBench.Attack(plan, Images, Samples, NeuronGradient.Default).Logits, Is.EqualTo(before.Logits));
    }

    [Test]
    public void Backward_after_pruning_needs_another_forward_pass()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, Samples, Steps, PassMode.Training);
        plan.Forward(Samples);
        Prune(model);
        Assert.That(() => plan.Backward(NeuronGradient.Default), Throws.InvalidOperationException.With.Message.Contains("pruned"));
    }

    private static IBackend Backend(string name) => name == "cpu" ? Backends.Open(options: new(2)) : Backends.Open("reference");

    private static bool Exists(int index) => index % 7 < 2;

    private static SparsityPattern Pattern(ParameterTensor parameter) =>
        new(parameter.Specification.Count, [.. Enumerable.Range(0, parameter.Specification.Count).Where(Exists)]);

    private static IEnumerable<ParameterTensor> Prunable(SpikingModel model) =>
        model.Parameters.All.Where(parameter => parameter.Specification.Prunable);

    private static void Prune(SpikingModel model)
    {
        foreach (var parameter in Prunable(model))
        {
            model.Parameters.Prune(parameter.Name, Pattern(parameter));
        }
    }

    /// <summary>Sets values and momenta of what the other network has pruned to 0.</summary>
    private static void Zero(SpikingModel model)
    {
        foreach (var parameter in Prunable(model))
        {
            parameter.Value.Upload(Kept(parameter.Value));
            parameter.Velocity?.Upload(Kept(parameter.Velocity));
        }


        static float[] Kept(DeviceBuffer buffer) => [.. buffer.ToArray().Select((value, i) => Exists(i) ? value : 0)];
    }

    /// <summary>Undoes what a training pass changed: BatchNorm's running statistics.</summary>
    private static void Restart(SpikingModel used, SpikingModel fresh)
    {
        foreach (var parameter in used.Parameters.All)
        {
            parameter.Value.Upload(fresh.Parameters[parameter.Name].Value.ToArray());
        }
    }

    private static void AssertGradientsAgree(SpikingModel sparse, SpikingModel dense)
    {
        var whole = dense.Parameters.All.Max(each => each.GradientToDense()?.Max(Math.Abs) ?? 0);
        Assert.That(whole, Is.Positive);
        Assert.Multiple(() =>
        {
            foreach (var parameter in Prunable(dense))
            {
                var expected = parameter.GradientToDense()!.Select((value, i) => Exists(i) ? value : 0);
                Assert.That(sparse.Parameters[parameter.Name].GradientToDense(), Is.EqualTo(expected).Within(Rounding * whole), parameter.Name);
            }
        });
    }
}
