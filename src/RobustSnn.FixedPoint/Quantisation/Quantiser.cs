using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>Brings spiking networks to integers.</summary>
/// <remarks>
/// BatchNorms are folded into the layers before them, and those that cannot be into the neurons behind them. Each output channel has a scale of its own:
/// the largest at which its weights fit their bits, its sums 32 bits, and at which the threshold of the neurons that hear it is a whole number. Where none
/// or several do, it is a power of two.
/// </remarks>
public static class Quantiser
{
    /// <param name="model">A spiking network; stays as it is.</param>
    /// <param name="timesteps">T that it will run with, at least 1.</param>
    /// <exception cref="BadInputException">
    /// The network cannot be computed in integers, the settings are none for it, its parameters are no numbers, bits are too few, or a sum may not fit: where.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static QuantisedNetwork Quantise(
        SpikingModel model, int timesteps, QuantiserSettings settings, CancellationToken cancellation = default)
    {
        Require(model, timesteps, settings);
        using var folded = NormFolding.Fold(model);
        var values = NodeValues.Of(folded.Network);
        var centres = PixelCentres.Of(folded.Network);
        var samples = settings.Images.IsEmpty ? null : CalibrationPass.Run(folded, timesteps, values, centres, settings.Images, cancellation);
        return new NetworkRounding(folded, timesteps, settings, values, centres, samples).Round(cancellation);
    }

    /// <summary>Refuses, before any work and any image, what cannot be quantised whatever its numbers are.</summary>
    /// <exception cref="BadInputException">The network cannot be computed in integers, the settings are none for it, or its parameters are no numbers.</exception>
    public static void Require(SpikingModel model, int timesteps, QuantiserSettings settings)
    {
        settings.Require(model.Network);
        if (ParameterCheck.FirstBad(model.Parameters) is { } found)
        {
            throw new BadInputException($"not quantised, because of {found}. Training has diverged; use another checkpoint");
        }

        NodeValues.Of(Folding.ofNetwork(model.Network).Network);
        LeakShift.Of(model.Network.Neurons.Leak);
        PixelCentres.Of(model.Network);
        if (timesteps < 1)
        {
            throw new BadInputException($"quantising expects a spiking network and at least 1 timestep, found {timesteps}");
        }
    }
}
