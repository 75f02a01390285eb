using RobustSnn.Contract.Cases;

namespace RobustSnn.Contract;

/// <summary>The table: every operation, on every shape and with every option that can make a difference.</summary>
public static class ContractCases
{
    public static IReadOnlyList<ContractCase> All { get; } =
    [
        .. BufferCases.All, .. ImageCases.Over(ShapeTable.Edges), .. ConvolutionCases.All, .. SparseConvolutionCases.All, .. BatchNormCases.Over(ShapeTable.Edges), .. ActivationCases.Over(ShapeTable.Edges),
        .. NeuronCases.Over(ShapeTable.Edges), .. ConvolveNeuronCases.All, .. JoiningCases.Over(ShapeTable.Edges), .. PoolingCases.Over(ShapeTable.Edges), .. LossCases.All, .. TrainingCases.All,
        .. MaskCases.All, .. AttackCases.All, .. JudgementCases.Over(ShapeTable.Edges), .. ReductionCases.Over(ShapeTable.Edges), .. BitCases.All, .. NormNeuronCases.Over([.. BitCases.Cases, .. ShapeTable.Edges.Temporal.Where(shape => shape.ChannelValues * shape.Channels >= 30)]),
        .. AdaptiveCases.Over(ShapeTable.Edges), .. NeuronMeanCases.Over(ShapeTable.Edges),
    ];
}
