namespace RobustSnn.Robustness.Energy;

/// <summary>Bytes that move for an image, as <see cref="EnergyAssumptions.Rules"/> count them.</summary>
/// <param name="Weights">Read on the chip, with indices.</param>
/// <param name="Sums">Membranes and other sums, read and written on the chip.</param>
/// <param name="Values">Spikes, activations and pixels, written and read on the chip.</param>
/// <param name="FromDram">Weights read from outside, with indices.</param>
public sealed record MovedBytes(double Weights, double Sums, double Values, double FromDram)
{
    public double OnChip => Weights + Sums + Values;

    internal double Picojoules(EnergyAssumptions prices) => OnChip * prices.PicojoulesPerOnChipByte + FromDram * prices.PicojoulesPerDramByte;
}

/// <summary>What an image is taken to cost.</summary>
/// <param name="Macs">Multiply-accumulates.</param>
/// <param name="Accumulates">Additions without a multiplication.</param>
/// <param name="ArithmeticPicojoules">Of both.</param>
/// <param name="MovementPicojoules">Of the bytes.</param>
public sealed record EstimatedCost(double Macs, double Accumulates, double ArithmeticPicojoules, MovedBytes Moved, double MovementPicojoules);

/// <summary>
/// Picojoules an image under assumptions, beside the count that needs none (METHODS 9): the network as it spikes, and the same network as an ANN
/// with the same weights left.
/// </summary>
/// <param name="Snn">The layers that read the image compute once.</param>
/// <param name="SnnImageEveryStep">They compute at every timestep.</param>
/// <param name="Ann">The network with T = 0.</param>
public sealed record EnergyEstimate(EnergyAssumptions Assumptions, EstimatedCost Snn, EstimatedCost SnnImageEveryStep, EstimatedCost Ann)
{
    /// <summary>How many times the SNN's arithmetic the ANN's takes.</summary>
    public double AnnOverSnnArithmetic => Ann.ArithmeticPicojoules / Snn.ArithmeticPicojoules;

    /// <summary>The same of moving data.</summary>
    public double AnnOverSnnMovement => Ann.MovementPicojoules / Snn.MovementPicojoules;

    /// <summary>Prices what was counted.</summary>
    public static EnergyEstimate Of(EnergyResult result, EnergyAssumptions assumptions)
    {
        var timesteps = result.Timesteps;
        var neurons = result.Neurons.Sum(layer => (double)layer.Neurons);
        var spikeBits = timesteps * (neurons + result.Layers.Sum(layer => (double)layer.SpikeInputs));
        var spiking = new Work(layer => layer.ReadsImage ? layer.Connections : 0, layer => layer.Operations, result.Sums.Sum(sum => sum.Accumulates));
        var everyStep = spiking with { Macs = layer => timesteps * spiking.Macs(layer) };
        var plain = new Work(layer => layer.Connections, _ => 0, result.Sums.Sum(sum => sum.AnnAccumulates));
        var (membranes, value) = (timesteps * neurons, assumptions.BytesPerValue);
        return new EnergyEstimate(
            assumptions, Cost(result, assumptions, spiking, membranes, spikeBits / 8), Cost(result, assumptions, everyStep, membranes, spikeBits / 8),
            Cost(result, assumptions, plain, 0, neurons * value));
    }

    /// <param name="membranes">How often one is read and written.</param>
    /// <param name="valueBytes">Of what neurons give.</param>
    private static EstimatedCost Cost(EnergyResult result, EnergyAssumptions its, Work work, double membranes, double valueBytes)
    {
        var macs = result.Layers.Sum(work.Macs);
        var accumulates = result.Layers.Sum(work.Accumulates) + work.InSums;
        var moved = new MovedBytes(
            result.Layers.Sum(layer => (work.Macs(layer) + work.Accumulates(layer)) * WeightBytes(layer, its)),
            2 * its.BytesPerValue * (macs + accumulates + membranes), macs * its.BytesPerValue + valueBytes,
            result.Layers.Sum(layer => (double)layer.WeightsKept * WeightBytes(layer, its)));
        return new EstimatedCost(
            macs, accumulates, macs * its.PicojoulesPerMac + accumulates * its.PicojoulesPerAccumulate, moved, moved.Picojoules(its));
    }

    private static int WeightBytes(WeightLayerEnergy layer, EnergyAssumptions its) =>
        its.BytesPerValue + (layer.WeightsKept < layer.Weights ? its.BytesPerIndex : 0);

    /// <summary>Operations an image.</summary>
    /// <param name="Macs">Of a layer.</param>
    /// <param name="Accumulates">Of a layer.</param>
    /// <param name="InSums">Accumulates of weighted sums.</param>
    private sealed record Work(Func<WeightLayerEnergy, double> Macs, Func<WeightLayerEnergy, double> Accumulates, double InSums);
}
