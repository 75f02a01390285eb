using Microsoft.FSharp.Collections;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>What a network needs that its tensors do not say.</summary>
/// <param name="Size">Rows and columns of images, where the user says them.</param>
/// <param name="Neurons">Of a network that was converted; null for an ANN.</param>
internal sealed record ForeignFrame(PixelStatistics Normalisation, int? Size, NeuronModel? Neurons = null)
{
    public FSharpList<double> Mean => ListModule.OfSeq(Normalisation.Mean);

    public FSharpList<double> Deviation => ListModule.OfSeq(Normalisation.Deviation);

    /// <summary>Square colour images, of the size that the architecture was made for where the user says no other.</summary>
    public Shape Input(int size) => new(3, Size ?? size, Size ?? size);

    /// <summary>Square colour images of one size only: the last pooling takes windows of a fixed size, which must be the whole map.</summary>
    /// <exception cref="MisfitException">The user says another size.</exception>
    public Shape FixedInput(int size) => Size is null || Size == size
        ? new Shape(3, size, size)
        : throw new MisfitException($"its last pooling is over the whole map on images of {size} × {size} only, --size says {Size} × {Size}");
}
