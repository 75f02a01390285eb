using RobustSnn.Engine;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a parameter takes in a checkpoint.</summary>
/// <param name="Layer">The node that it belongs to.</param>
/// <param name="IsWeight">Of a convolution or linear layer: what pruning may thin out.</param>
/// <param name="Values">Those that exist.</param>
/// <param name="DenseValues">All, were nothing pruned.</param>
/// <param name="Bytes">Of its values and, where it is pruned, of their indices and its shape: see <see cref="Files.SparseTensor"/>.</param>
/// <param name="DenseBytes">As an exported file has it.</param>
public sealed record StoredParameter(string Name, string Layer, bool IsWeight, long Values, long DenseValues, long Bytes, long DenseBytes);

/// <summary>Memory of a network's parameters (METHODS 9): its checkpoint's bytes but for the header.</summary>
/// <param name="Parameters">In the checkpoint's order.</param>
public sealed record StoredMemory(IReadOnlyList<StoredParameter> Parameters)
{
    /// <summary>Weights of convolutions and linear layers that are stored.</summary>
    public long Weights => Parameters.Where(each => each.IsWeight).Sum(each => each.Values);

    public long DenseWeights => Parameters.Where(each => each.IsWeight).Sum(each => each.DenseValues);

    public long Bytes => Parameters.Sum(each => each.Bytes);

    public long DenseBytes => Parameters.Sum(each => each.DenseBytes);

    public static StoredMemory Of(SpikingModel model) => new([.. model.Parameters.All.Select(parameter => Of(model, parameter))]);

    private static StoredParameter Of(SpikingModel model, ParameterTensor parameter)
    {
        var its = parameter.Specification;
        return new StoredParameter(
            its.Name, model.Network.Nodes[its.Node].Name, its.Prunable, parameter.Value.Length, its.Count,
            ModelFile.TensorsOf(parameter).Sum(tensor => (long)tensor.Bytes.Length), (long)its.Count * sizeof(float));
    }
}
