using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>The network of a golden case.</summary>
internal static class GoldenNetwork
{
    private const string Prefix = "param.";

    /// <summary>A new model with the case's parameters.</summary>
    /// <exception cref="BadInputException">
    /// They are not exactly those of the architecture, or have a value that no parameter may have (<see cref="ParameterCheck"/>).
    /// </exception>
    public static SpikingModel Load(GoldenCase golden, IBackend backend)
    {
        var network = Describe(golden);
        var faults = Faults(golden, network);
        if (faults.Count > 0)
        {
            throw new BadInputException(faults[0]);
        }

        var model = new SpikingModel(network, backend);
        foreach (var parameter in model.Parameters.All)
        {
            parameter.Value.Upload(golden.Tensor(Prefix + parameter.Name).Values);
        }

        return model;
    }

    /// <summary>What is wrong with the case's parameters: missing ones, ones that the architecture lacks, shapes, values.</summary>
    public static IReadOnlyList<string> Faults(GoldenCase golden, Network network)
    {
        var expected = Parameters.ofNetwork(network).ToDictionary(parameter => Prefix + parameter.Name);
        var extra = golden.Tensors.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !expected.ContainsKey(name))
            .Select(name => $"'{name}' is no parameter of {network.Architecture}.");
        return [.. expected.Select(each => Fault(golden, each.Key, each.Value)).OfType<string>(), .. extra];
    }

    public static Network Describe(GoldenCase golden)
    {
        var input = new Shape(3, golden.InputSize, golden.InputSize);
        var ann = Architectures.build(golden.Architecture, golden.Classes, input, [.. golden.Mean], [.. golden.Deviation]);
        return Conversion.toSpiking(golden.Neurons, ann);
    }

    private static string? Fault(GoldenCase golden, string name, Parameter parameter)
    {
        try
        {
            var (dimensions, values) = golden.Tensor(name);
            return dimensions.SequenceEqual(parameter.Dimensions)
                ? ParameterCheck.FirstBad(parameter, values, null)
                : $"'{name}' is ({string.Join(", ", dimensions)}), expected ({string.Join(", ", parameter.Dimensions)}).";
        }
        catch (BadInputException fault)
        {
            return fault.Message;
        }
    }
}
