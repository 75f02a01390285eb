using RobustSnn.Engine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Robustness.Pruning;

/// <summary>The weights of a prunable parameter, by its name: the dense tensor.</summary>
/// <param name="Values">Row by row.</param>
/// <param name="Dimensions">(outputs, inputs, kernel, kernel) of a convolution, (outputs, inputs) of a linear layer.</param>
public readonly record struct PrunableWeights(string Name, float[] Values, IReadOnlyList<int> Dimensions)
{
    /// <summary>Weights of which only the number matters.</summary>
    public PrunableWeights(string name, float[] values)
        : this(name, values, [values.Length])
    {
    }

    /// <summary>Those of every prunable parameter of a network, in the order of its nodes.</summary>
    public static IReadOnlyList<PrunableWeights> Of(SpikingModel model) =>
    [
        .. model.Parameters.All.Where(each => each.Specification.Prunable)
            .Select(each => new PrunableWeights(each.Name, each.ToDense(), [.. each.Specification.Dimensions])),
    ];
}

/// <summary>Which weights of a prunable parameter are kept.</summary>
public readonly record struct KeptWeights(string Name, SparsityPattern Pattern);
