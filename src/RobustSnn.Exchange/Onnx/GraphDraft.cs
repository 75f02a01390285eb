using System.Runtime.InteropServices;
using RobustSnn.Exchange.Onnx.Messages;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Onnx;

/// <summary>
/// A graph while it is being written. Parameters keep their names; values are called NODE/STEP or NODE/PART/STEP, which no parameter's name is,
/// because those end with a dot and a word.
/// </summary>
internal sealed class GraphDraft
{
    private readonly HashSet<string> constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> values = new(StringComparer.Ordinal);

    public GraphMessage Graph { get; } = new();

    /// <summary>Adds a tensor of that name, once, and returns the name.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params long[] dimensions)
    {
        if (constants.Add(name))
        {
            Graph.Initializers.Add(new TensorMessage { Name = name, Dimensions = dimensions, Bytes = MemoryMarshal.AsBytes(values).ToArray() });
        }

        return name;
    }

    /// <summary>Adds an operator with one output and returns that output's name.</summary>
    /// <exception cref="BadInputException">Nodes of the network are called so that two values would have that name.</exception>
    public string Add(string output, string operation, IEnumerable<string> inputs, params AttributeMessage[] attributes)
    {
        if (!values.Add(output) || constants.Contains(output))
        {
            throw new BadInputException($"the network has nodes by whose names two values of the graph would be called '{output}'; give one another name");
        }

        var node = new NodeMessage { Name = output, Operator = operation };
        node.Inputs.AddRange(inputs);
        node.Outputs.Add(output);
        node.Attributes.AddRange(attributes);
        Graph.Nodes.Add(node);
        return output;
    }
}
