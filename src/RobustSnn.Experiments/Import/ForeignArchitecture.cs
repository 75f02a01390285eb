using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>A way in which networks are written down in files.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Whose">Whose networks these are, for a sentence.</param>
/// <param name="Read">
/// The network of tensors of such names, with sizes from their shapes. Throws <see cref="MisfitException"/> or
/// <see cref="BadInputException"/> where there is none.
/// </param>
internal sealed record ForeignArchitecture(string Name, string Whose, Func<StoredTensors, ForeignFrame, Network> Read)
{
    /// <summary>What its authors normalise with where the file does not say; null where it depends on the data set.</summary>
    public PixelStatistics? Normalisation { get; init; }

    /// <summary>Why a tensor that the network does not have is in its files; null where it should not be.</summary>
    public Func<string, string?> Unused { get; init; } = _ => null;
}
