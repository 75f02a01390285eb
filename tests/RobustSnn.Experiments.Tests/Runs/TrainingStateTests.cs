using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>What an interrupted stage of training leaves of a pruned network.</summary>
[TestFixture]
public sealed class TrainingStateTests
{
    private const string Weight = "features.4.weight";

    private TemporaryFolder folder = null!;
    private PrunedModel pruned = null!;
    private PrunedModel fresh = null!;

    private string FilePath => folder.File("a.safetensors");

    private SpikingModel Model => pruned.Model;

    /// <summary>A network after an epoch, its best parameters those before another one; and one as the stage begins with.</summary>
    [SetUp]
    public void Train()
    {
        folder = new TemporaryFolder();
        (pruned, fresh) = (new PrunedModel(), new PrunedModel());
        Model.Parameters.PrepareTraining();
        fresh.Model.Parameters.PrepareTraining();
        var state = TrainingState.Start(FilePath, Model);
        state.Advance(Model, 0.5);
        foreach (var parameter in Model.Parameters.All.Where(each => each.Specification.Trainable))
        {
            pruned.Backend.Fill(parameter.Gradient!, 0.25f);
        }

        Model.Parameters.SgdStep(new SgdSettings(0.1f, 0.9f, 0.01f));
        state.Advance(Model, 0.4);
        state.Save(FilePath, Model);
    }

    [TearDown]
    public void Clear()
    {
        pruned.Dispose();
        fresh.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Parameters_and_momenta_come_back()
    {
        TrainingState.Start(FilePath, fresh.Model);
        AssertResumed();
    }

    /// <summary>While masks keep more than they should, the last epoch is the best there is; from the first that counts on, only such are.</summary>
    [Test]
    public void An_epoch_that_does_not_count_is_the_best_only_while_none_does()
    {
        var path = folder.File("other.safetensors");
        var state = TrainingState.Start(path, Model);
        (double Score, bool Counts)[] epochs = [(0.9, false), (0.1, false), (0.2, true), (0.95, false), (0.15, true), (0.3, true)];
        var best = epochs.Select(epoch => (state.Advance(Model, epoch.Score, epoch.Counts), state.BestEpoch, state.BestCounts)).ToArray();
        Assert.That(best, Is.EqualTo(new[]
        {
            (true, 1, false), (true, 2, false), (true, 3, true), (false, 3, true), (false, 3, true), (true, 6, true),
        }));
        state.Save(path, Model);
        Assert.That(TrainingState.Start(path, fresh.Model).BestCounts, Is.True);
    }

    [Test]
    public void The_best_come_back()
    {
        using var start = new PrunedModel();
        TrainingState.Start(FilePath, fresh.Model).UseBest(fresh.Model);
        Assert.That(PrunedModel.Describe(fresh.Model), Is.EqualTo(PrunedModel.Describe(start.Model)));
    }

    [TestCase("best/")]
    [TestCase("velocity/")]
    public void Only_what_exists_is_stored(string prefix) => Assert.That(
        Safetensors.Read(FilePath)[$"{prefix}{Weight}.values"].Count, Is.EqualTo(Model.Parameters[Weight].Pattern!.Count));

    [TestCase("running_var", "", -1f)]
    [TestCase("running_var", "best/", -0.5f)]
    [TestCase("weight", "best/", float.NaN)]
    public void Values_that_no_parameter_may_have_are_refused(string kind, string prefix, float value)
    {
        var file = Safetensors.Read(FilePath);
        var bad = file.Tensors.First(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)
            && tensor.Name.Contains($".{kind}", StringComparison.Ordinal) && (prefix.Length > 0 || !tensor.Name.Contains('/', StringComparison.Ordinal)));
        var tensors = file.Tensors.Select(tensor => tensor != bad ? tensor : HostTensor.FromFloats(
            bad.Name, [.. bad.Dimensions], [value, .. bad.ToFloats()[1..]]));
        Safetensors.Write(FilePath, [.. tensors], file.Metadata);
        Assert.That(() => TrainingState.Start(FilePath, fresh.Model), Refuses.Saying(FilePath, "expected a finite"));
    }

    [Test]
    public void A_state_in_dense_tensors_is_taken_over()
    {
        var file = Safetensors.Read(FilePath);
        var tensors = Model.Parameters.All.SelectMany(parameter => new[]
        {
            Dense(parameter.Name, parameter, parameter.ToDense()),
            Dense("best/" + parameter.Name, parameter, fresh.Model.Parameters[parameter.Name].ToDense()),
            Dense("velocity/" + parameter.Name, parameter, parameter.Velocity is { } velocity
                ? parameter.Pattern?.Expand(velocity.ToArray()) ?? velocity.ToArray()
                : new float[parameter.Specification.Count]),
        });
        Safetensors.Write(FilePath, [.. tensors], file.Metadata);
        TrainingState.Start(FilePath, fresh.Model);
        AssertResumed();

        static HostTensor Dense(string name, ParameterTensor parameter, float[] values) =>
            HostTensor.FromFloats(name, [.. parameter.Specification.Dimensions], values);
    }

    [Test]
    public void A_state_of_other_weights_is_refused()
    {
        using var other = new PrunedModel(sparsity: 0.5);
        Assert.That(() => TrainingState.Start(FilePath, other.Model), Refuses.At(FilePath, "'features.0.weight'", "stage before"));
    }

    [Test]
    public void A_state_of_a_pruned_network_is_refused_by_a_dense_one()
    {
        using var other = new PrunedModel(sparsity: 0);
        Assert.That(() => TrainingState.Start(FilePath, other.Model), Refuses.At(FilePath, "'features.0.weight'", "stage before"));
    }

    [TestCase("best/" + Weight + ".values")]
    [TestCase("velocity/" + Weight + ".values")]
    [TestCase("velocity/features.1.bias")]
    public void Too_few_values_are_refused(string name)
    {
        var file = Safetensors.Read(FilePath);
        Safetensors.Write(FilePath, [.. file.Tensors.Select(tensor => tensor.Name == name ? HostTensor.FromFloats(name, [1], [1]) : tensor)], file.Metadata);
        Assert.That(() => TrainingState.Start(FilePath, fresh.Model), Refuses.At(FilePath, $"'{name}'", "found 1"));
    }

    private void AssertResumed()
    {
        Assert.That(PrunedModel.Describe(fresh.Model), Is.EqualTo(PrunedModel.Describe(Model)));
        Assert.That(fresh.Model.Parameters.All.Select(parameter => parameter.Velocity?.ToArray()),
            Is.EqualTo(Model.Parameters.All.Select(parameter => parameter.Velocity?.ToArray())));
        Assert.That(fresh.Model.Parameters[Weight].Velocity!.ToArray(), Has.All.Not.Zero);
    }
}
