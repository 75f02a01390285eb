namespace RobustSnn.Robustness.Energy;

/// <summary>What a layer of neurons sends (METHODS 9). Figures an image are means over the images.</summary>
/// <param name="SpikeRate">Spikes a neuron and step: from 0 to 1.</param>
/// <param name="Connections">Existing connections that lead from its neurons: Σ ψ.</param>
/// <param name="DenseConnections">Those of the same network with nothing pruned.</param>
/// <param name="Operations">Synaptic operations an image, its term of equation 12 without E_AC: Σ ψ times the spikes of each neuron.</param>
/// <param name="DenseOperations">What the same spikes would cost with nothing pruned.</param>
/// <param name="OperationsByRate">
/// The usual approximation: the layer's mean rate times T times the multiply-accumulates of its existing weights, padding included.
/// </param>
public sealed record NeuronLayerEnergy(
    string Layer, int Neurons, double SpikesPerImage, double SpikeRate, long Connections, long DenseConnections, double Operations,
    double DenseOperations, double OperationsByRate);

/// <summary>What a layer of weights does.</summary>
/// <param name="ReadsImage">Whether no neuron is before it: it multiplies, and is not in equation 12.</param>
/// <param name="Connections">Its existing connections, those to padding not counted: its multiply-accumulates in an ANN.</param>
/// <param name="SpikeInputs">Neurons whose spikes it reads.</param>
/// <param name="Operations">Accumulates an image, one for each spike and existing connection; 0 where it reads the image.</param>
public sealed record WeightLayerEnergy(
    string Layer, bool ReadsImage, long Weights, long WeightsKept, long Connections, long DenseConnections, long SpikeInputs, double Operations);

/// <summary>What a weighted sum of a residual network adds beside what its layers do. It has no weights and is not in equation 12.</summary>
/// <param name="Accumulates">An image: one for each spike that enters, and one for each other number and step.</param>
/// <param name="AnnAccumulates">The same in an ANN: one for each number.</param>
public sealed record SumEnergy(string Layer, double Accumulates, double AnnAccumulates);

/// <summary>What a network's spikes cost on some images: equation 12 of P2, counted (METHODS 9).</summary>
/// <param name="Correct">Images that it classifies correctly.</param>
/// <param name="Neurons">In the order of the network, as are the layers and sums.</param>
public sealed record EnergyResult(
    int Samples, int Timesteps, int Correct, IReadOnlyList<NeuronLayerEnergy> Neurons, IReadOnlyList<WeightLayerEnergy> Layers,
    IReadOnlyList<SumEnergy> Sums)
{
    /// <summary>From 0 to 1.</summary>
    public double Accuracy => (double)Correct / Samples;

    public double SpikesPerImage => Neurons.Sum(layer => layer.SpikesPerImage);

    /// <summary>Spikes a neuron and step, over all neurons.</summary>
    public double SpikeRate => SpikesPerImage / Timesteps / Neurons.Sum(layer => (double)layer.Neurons);

    /// <summary>Synaptic operations an image: equation 12 without E_AC.</summary>
    public double Operations => Neurons.Sum(layer => layer.Operations);

    public double DenseOperations => Neurons.Sum(layer => layer.DenseOperations);

    public double OperationsByRate => Neurons.Sum(layer => layer.OperationsByRate);

    /// <summary>How many times this network's energy the same spikes would take with nothing pruned; NaN where nothing fires.</summary>
    public double DenseOverThis => DenseOperations / Operations;

    /// <summary>How far the approximation is from what was counted, in percent of that; NaN where nothing fires.</summary>
    public double RateDeviationPercent => 100 * (OperationsByRate / Operations - 1);
}

/// <summary>A network's energy on clean images and, where it was asked for, on the same images under attack.</summary>
/// <param name="Attack">Its name; null without one.</param>
/// <param name="Attacked">Null without one.</param>
public sealed record EnergyMeasurement(EnergyResult Clean, string? Attack = null, EnergyResult? Attacked = null);
