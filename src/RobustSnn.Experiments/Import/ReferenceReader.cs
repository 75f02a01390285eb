using Microsoft.FSharp.Collections;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>Networks of the reference: their names are those of the architectures here (METHODS 2). They may have been converted (METHODS 6).</summary>
internal static class ReferenceReader
{
    private const string Tiny = "vgg11-tin";

    public static Network Read(string name, StoredTensors tensors, ForeignFrame frame)
    {
        HostTensor head = tensors.All.LastOrDefault(tensor => tensor.Name.StartsWith("classifier.", StringComparison.Ordinal) && tensor.Dimensions.Count == 2)
            ?? throw StoredTensors.Missing("classifier.N.weight", "the weights of the last layer");
        Network ann = Architectures.build(name, head.Dimensions[0], frame.Input(name == Tiny ? 64 : 32), frame.Mean, frame.Deviation);
        return frame.Neurons is { } neurons ? WithoutAbsentBiases(Conversion.toSpiking(neurons, ann), tensors) : ann;
    }

    // Whether a converted network's convolutions have biases was its maker's choice.
    private static Network WithoutAbsentBiases(Network network, StoredTensors tensors) => new(
        network.Architecture, network.Input, network.Classes, network.Neurons,
        ListModule.OfSeq(
            network.Nodes.Select(node => node.Operation is Operation.Convolution { Item: { Bias: true } settings } && !tensors.Has($"{node.Name}.bias")
                ? new Node(node.Name, Operation.NewConvolution(
                    new Convolution(settings.Outputs, settings.Kernel, settings.Stride, settings.Padding, bias: false)), node.Inputs)
                : node)));
}
