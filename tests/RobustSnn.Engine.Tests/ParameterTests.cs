using FsCheck;
using NUnit.Framework;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Reference;
using RobustSnn.Engine.Tests.Plans;

namespace RobustSnn.Engine.Tests;

/// <summary>What pruning does to a parameter's value, gradient and momentum.</summary>
[TestFixture]
public sealed class ParameterTests
{
    private const string Name = "classifier.4.weight";

    private IBackend backend = null!;
    private SpikingModel model = null!;
    private ParameterTensor weight = null!;

    [SetUp]
    public void Build()
    {
        backend = Backends.Open("reference");
        model = PlanBench.Model(backend, "vggmini");
        weight = model.Parameters[Name];
    }

    [TearDown]
    public void Clear()
    {
        model.Dispose();
        backend.Dispose();
    }

    [Test]
    public void Only_what_exists_is_stored()
    {
        model.Parameters.PrepareTraining();
        model.Parameters.Prune(Name, Pattern(3, 17, 100));
        Assert.That(new[] { weight.Value.Length, weight.Gradient?.Length, weight.Velocity?.Length }, Is.All.EqualTo(3));
    }

    [Test]
    public void Training_prepared_after_pruning_is_as_small()
    {
        model.Parameters.Prune(Name, Pattern(3, 17, 100));
        model.Parameters.PrepareTraining();
        Assert.That(new[] { weight.Gradient?.Length, weight.Velocity?.Length }, Is.All.EqualTo(3));
    }

    [TestCase("value")]
    [TestCase("gradient")]
    [TestCase("velocity")]
    public void Survivors_keep(string what)
    {
        var before = Fill();
        model.Parameters.Prune(Name, Pattern(3, 17, 100));
        var expected = Buffer(before, what) is var dense ? new[] { dense[3], dense[17], dense[100] } : [];
        Assert.That(Stored(what), Is.EqualTo(expected));
    }

    [TestCase("value")]
    [TestCase("gradient")]
    [TestCase("velocity")]
    public void Of_another_pattern_those_that_existed_keep_and_others_are_zero(string what)
    {
        var dense = Buffer(Fill(), what);
        model.Parameters.Prune(Name, Pattern(3, 17, 100));
        model.Parameters.Prune(Name, Pattern(0, 17, 100, 101));
        Assert.That(Stored(what), Is.EqualTo(new[] { 0, dense[17], dense[100], 0 }));
    }

    [TestCase("value")]
    [TestCase("gradient")]
    [TestCase("velocity")]
    public void Without_a_pattern_all_exist_again_and_were_pruned_to_zero(string what)
    {
        var dense = Buffer(Fill(), what);
        model.Parameters.Prune(Name, Pattern(3, 17));
        model.Parameters.Prune(Name, null);
        Assert.That(weight.Pattern, Is.Null);
        Assert.That(Stored(what), Is.EqualTo(dense.Select((value, i) => i is 3 or 17 ? value : 0)));
    }

    [Test]
    public void All_may_go()
    {
        using var fast = Backends.Open(options: new(2));
        using var other = PlanBench.Model(fast, "vggmini");
        other.Parameters.Prune(Name, Pattern());
        using var plan = new Plan(other, 2, 2, PassMode.Training);
        PlanBench.Train(plan, PlanBench.Images(2, 1), 2);
        other.Parameters.SgdStep(new SgdSettings(0.1f, 0.9f, 0.1f));
        Assert.That(other.Parameters[Name].ToDense(), Is.All.Zero);
    }

    [FsCheck.NUnit.Property(MaxTest = 20)]
    public bool Dense_values_come_back(PositiveInt seed)
    {
        var random = new System.Random(seed.Get);
        var dense = Array.ConvertAll(new float[weight.Specification.Count], _ => random.Next(3) == 0 ? random.NextSingle() : 0);
        model.Parameters.Prune(Name, SparsityPattern.OfMask(dense));
        weight.FromDense(dense);
        return weight.ToDense().SequenceEqual(dense);
    }

    [Test]
    public void A_dense_gradient_is_zero_where_nothing_exists()
    {
        var dense = Buffer(Fill(), "gradient");
        model.Parameters.Prune(Name, Pattern(5));
        Assert.That(weight.GradientToDense(), Is.EqualTo(dense.Select((value, i) => i == 5 ? value : 0)));
    }

    [TestCase(1f)]
    [TestCase(float.NaN)]
    public void A_value_for_a_pruned_element_is_refused(float value)
    {
        model.Parameters.Prune(Name, Pattern(3, 17));
        var dense = new float[weight.Specification.Count];
        dense[4] = value;
        Assert.That(() => weight.FromDense(dense), Throws.ArgumentException.With.Message.Contains(Name));
    }

    [Test]
    public void A_dense_tensor_of_another_size_is_refused() =>
        Assert.That(() => weight.FromDense(new float[3]), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase("classifier.4.bias", 10)]
    [TestCase("features.2.v_th", 1)]
    public void What_is_no_weight_is_never_pruned(string name, int count) => Assert.That(
        () => model.Parameters.Prune(name, new SparsityPattern(count, [0])), Throws.ArgumentException.With.Message.Contains(name));

    [Test]
    public void A_pattern_of_another_size_is_refused() => Assert.That(
        () => model.Parameters.Prune(Name, new SparsityPattern(7, [0])), Throws.ArgumentException.With.Message.Contains("7"));

    [Test]
    public void Initial_weights_do_not_depend_on_what_was_pruned()
    {
        var dense = weight.ToDense();
        model.Parameters.Prune(Name, Pattern(3, 17, 100));
        model.Initialise(3);
        Assert.That(weight.Value.ToArray(), Is.EqualTo(new[] { dense[3], dense[17], dense[100] }));
    }

    private SparsityPattern Pattern(params int[] existing) => new(weight.Specification.Count, existing);

    private float[] Stored(string what) => (what switch
    {
        "value" => weight.Value,
        "gradient" => weight.Gradient,
        _ => weight.Velocity,
    })?.ToArray() ?? [];

    private static float[] Buffer((float[] Value, float[] Gradient, float[] Velocity) all, string what) => what switch
    {
        "value" => all.Value,
        "gradient" => all.Gradient,
        _ => all.Velocity,
    };

    /// <summary>Draws all three.</summary>
    private (float[] Value, float[] Gradient, float[] Velocity) Fill()
    {
        model.Parameters.PrepareTraining();
        backend.RandomFill(weight.Gradient!, weight.Gradient!.Length, RandomKind.Normal, new RandomKey(1, 1));
        backend.RandomFill(weight.Velocity!, weight.Velocity!.Length, RandomKind.Normal, new RandomKey(1, 2));
        return (weight.Value.ToArray(), weight.Gradient.ToArray(), weight.Velocity.ToArray());
    }
}
