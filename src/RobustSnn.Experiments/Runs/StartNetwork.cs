using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>The network that a run begins with, where it does not begin with a new one.</summary>
internal static class StartNetwork
{
    /// <summary>Refuses a network with which the first stage could not go on, or whose figures would mean nothing.</summary>
    /// <param name="described">The ANN that the experiment's settings describe; it may not fit the images, and is not needed then.</param>
    /// <returns>What to beware of, a sentence each: that the network is another than the settings describe, or says nothing of its classes.</returns>
    /// <exception cref="BadInputException">The file is no checkpoint, spikes or does not, or is of other images or classes.</exception>
    public static IReadOnlyList<string> Check(
        ExperimentSettings settings, DataSet data, IBackend backend, Func<Network> described)
    {
        var (path, at) = (settings.Start!.From, settings.Start.At);
        var loaded = ModelFile.Load(path, backend);
        using var model = loaded.Model;
        var network = model.Network;
        var spikes = !Graph.neurons(network).IsEmpty;
        if (spikes == (at.IsOfAnn() || at == Stage.Convert))
        {
            throw new BadInputException(
                $"start.from: {at.Name()} goes on from {(spikes ? "an ANN" : "an SNN")}, {path} is {(spikes ? "an SNN" : "an ANN")}. "
                + (spikes ? "Give the ANN that it was made from, or start at finetune_snn" : "Start at convert or before, or give an SNN"));
        }

        if (!network.Input.Equals(data.Train.ImageShape) || network.Classes != data.Train.Classes)
        {
            throw new BadInputException(
                $"start.from: {path} reads {network.Input} images of {network.Classes} classes, {data.Name} has {data.Train.ImageShape} of {data.Train.Classes}. "
                + "Give another checkpoint, or the data that it was trained on");
        }

        if (loaded.Info.ClassNames is { } names && !names.SequenceEqual(data.ClassNames, StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"start.from: the classes of {path} are, in this order, {string.Join(", ", names)}; those of {data.Name} are "
                + $"{string.Join(", ", data.ClassNames)}. Its figures would mean nothing. Give the data that it was trained on");
        }

        if (spikes && (network.Neurons.Leak != settings.Network.Leak || !network.Neurons.Reset.Equals(settings.Network.Neurons.Reset)))
        {
            throw new BadInputException(
                $"start.from: {path} has neurons with leak {network.Neurons.Leak} and {(network.Neurons.Reset.IsSoft ? "soft" : "hard")} reset, "
                + $"network.leak is {settings.Network.Leak} and network.reset {settings.Network.Reset.ToString().ToLowerInvariant()}. "
                + "Set them to what the network has, or convert it anew");
        }

        var warnings = new List<string>();
        if (Difference(settings, network, spikes, described) is { } difference)
        {
            warnings.Add($"the network is {network.Architecture} as {path} has it, {difference}");
        }

        if (spikes && loaded.Info.Timesteps != settings.Network.Timesteps)
        {
            warnings.Add($"{path} was made for T = {loaded.Info.Timesteps}, network.timesteps is {settings.Network.Timesteps}");
        }

        if (loaded.Info.ClassNames is null)
        {
            warnings.Add($"{path} does not say what its classes are: they are taken to be those of {data.Name}, in its order");
        }

        return warnings;
    }

    /// <summary>In what the network is another than the settings describe; null where it is the same.</summary>
    private static string? Difference(ExperimentSettings settings, Network network, bool spikes, Func<Network> described)
    {
        try
        {
            var ann = described();
            var expected = spikes ? Conversion.toSpiking(settings.Network.Neurons, ann) : ann;
            return network.Nodes.Equals(expected.Nodes) ? null : $"which differs from network in the experiment, {ann.Architecture}";
        }
        catch (BadInputException mistake)
        {
            return $"not network in the experiment: {mistake.Message}";
        }
    }
}
