using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.ToSpiking;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Robustness.Tests.ToSpiking;

/// <summary>BatchNorm's running statistics, estimated on networks that have dropout, and on batches that have no variance.</summary>
public sealed class RunningStatisticsTests
{
    [TestCase(0)]
    [TestCase(4)]
    public void Dropout_does_not_change_them(int timesteps)
    {
        Assert.That(Estimated(dropout: 0.9, timesteps), Is.EqualTo(Estimated(dropout: 0, timesteps)));

        static IEnumerable<float[]> Estimated(double dropout, int timesteps)
        {
            using var backend = Small.Backend();
            using var model = new SpikingModel(WithDropout(dropout, timesteps > 0), backend);
            model.Initialise(1);
            RunningStatistics.Estimate(model, timesteps, [Small.Images(6)]);
            return [.. model.Parameters.All.Where(each => !each.Specification.Trainable).Select(each => each.Value.ToArray())];
        }
    }

    [Test]
    public void They_are_no_longer_as_reset()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        RunningStatistics.Estimate(model, 4, [Small.Images(6)]);
        Assert.That(RunningStatistics.AreReset(model), Is.False);
    }

    [Test]
    public void One_value_a_channel_is_refused()
    {
        using var backend = Small.Backend();
        using var model = new SpikingModel(OneValue(), backend);
        var refusal = Assert.Throws<BadInputException>(() => RunningStatistics.Estimate(model, 0, [new float[3]]));
        Assert.That(refusal?.Message, Does.Contain("more than 1 value a channel").And.Contain("1 x 1"));
    }

    [Test]
    public void Training_refuses_one_value_a_channel_in_any_of_its_batches()
    {
        using var backend = Small.Backend();
        using var model = new SpikingModel(OneValue(), backend);
        using var step = new TrainingStep(model, 2, 0, TrainingObjective.Natural, null, Surrogate.Default);
        var sgd = new SgdSettings(0.1f, 0, 0);
        Assert.That(() => step.Run(new float[6], [0, 1], [0, 1], sgd, default), Throws.Nothing);
        Assert.That(() => step.Run(new float[3], [0], [0], sgd, default), Throws.TypeOf<BadInputException>());
    }

    [TestCase(0, 1, false)]
    [TestCase(0, 2, true)]
    [TestCase(4, 1, false, Description = "The first BatchNorm sees the same value at every timestep")]
    public void Values_are_counted_over_samples_steps_and_positions(int timesteps, int samples, bool isEnough)
    {
        using var backend = Small.Backend();
        using var model = new SpikingModel(timesteps > 0 ? Conversion.toSpiking(Small.Neurons, OneValue()) : OneValue(), backend);
        Assert.That(() => NormalisedValues.Require(model, samples, timesteps), isEnough ? Throws.Nothing : Throws.TypeOf<BadInputException>());
    }

    /// <summary>A convolution and its BatchNorm on one pixel.</summary>
    private static Network OneValue() => Architectures.build("resnet20", 4, new Shape(3, 1, 1), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);

    /// <summary>Dropout of the image, so that every BatchNorm is behind it.</summary>
    private static Network WithDropout(double rate, bool spikes)
    {
        var network = spikes ? Conversion.toSpiking(Small.Neurons, Small.Network) : Small.Network;
        var first = network.Nodes.Select((node, index) => (node, index)).First(each => each.node.Operation.IsRelu || each.node.Operation.IsNeuron).index;
        var nodes = network.Nodes.Take(first + 1)
            .Append(new Node("drop", Operation.NewDropout(rate), ListModule.OfSeq([first])))
            .Concat(network.Nodes.Skip(first + 1).Select(node => new Node(
                node.Name, node.Operation, ListModule.OfSeq(node.Inputs.Select(input => input >= first ? input + 1 : input)))));
        return new Network(network.Architecture, network.Input, network.Classes, network.Neurons, ListModule.OfSeq(nodes));
    }
}
