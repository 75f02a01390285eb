using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>Networks of the reference: their names are those of the architectures here (METHODS 2).</summary>
internal static class ReferenceReader
{
    private const string Tiny = "vgg11-tin";

    public static Network Read(string name, StoredTensors tensors, ForeignFrame frame)
    {
        HostTensor head = tensors.All.LastOrDefault(tensor => tensor.Name.StartsWith("classifier.", StringComparison.Ordinal) && tensor.Dimensions.Count == 2)
            ?? throw StoredTensors.Missing("classifier.N.weight", "the weights of the last layer");
        return Architectures.build(name, head.Dimensions[0], frame.Input(name == Tiny ? 64 : 32), frame.Mean, frame.Deviation);
    }
}
