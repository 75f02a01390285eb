using ManagedCuda.CudaBlas;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>
/// The gradient of a dense layer's weights as products. Groups of positions are added up side by side, a position of each group at a time, and
/// the groups' sums in the end, in order: the same on every card.
/// </summary>
/// <param name="Product">Each of them: the gradient of a kernel's row, from one position.</param>
/// <param name="Positions">In all lane blocks in use.</param>
/// <param name="Groups">Of them.</param>
/// <param name="TapRows">Kernel rows, or 1 where a kernel's rows are one matrix.</param>
/// <param name="Weights">Of the layer.</param>
internal readonly record struct WeightProducts(Product Product, int Positions, int Groups, int TapRows, int Weights)
{
    /// <summary>Positions of a group; the last group may have fewer.</summary>
    public int Steps => Groups == 0 ? 0 : (Positions + Groups - 1) / Groups;

    /// <summary>Addresses of one kind of matrix.</summary>
    public int Addresses => checked(Steps * Groups * TapRows);

    public long AddressBytes => 3L * sizeof(ulong) * Addresses;

    public long PartialBytes => (long)sizeof(float) * Groups * Weights;

    /// <summary>Products of a step: groups that are still at it, times kernel rows.</summary>
    public int CountOf(int step) => (Groups - 1) * Steps + step < Positions ? Groups * TapRows : (Groups - 1) * TapRows;

    /// <param name="input">As the products read it.</param>
    /// <param name="mostSums">Floats that the groups' sums may take.</param>
    public static WeightProducts Of(ConvolutionGeometry g, ActivationShape input, int blocks, int mostSums)
    {
        var forward = LayerProducts.Forward(g, input, blocks);
        var width = input.Lanes.Width;
        var groups = System.Math.Clamp(mostSums / g.WeightCount, 1, System.Math.Max(1, forward.Positions));
        var steps = (forward.Positions + groups - 1) / groups;
        return new WeightProducts(
            new Product(forward.Product.Depth, g.Outputs, width, Operation.Transpose, Operation.NonTranspose, width, width, g.Inputs * g.Taps),
            forward.Positions, steps == 0 ? 0 : (forward.Positions + steps - 1) / steps, forward.TapRows, g.WeightCount);
    }
}
