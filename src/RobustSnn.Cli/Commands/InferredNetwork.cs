using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Plans;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Execution;

namespace RobustSnn.Cli.Commands;

/// <summary>Computes images (image, channel, row, column): their logits (image, class), and the spikes of each layer.</summary>
internal delegate void InferencePass(ReadOnlySpan<float> images, Span<float> logits, Span<double> spikes);

/// <summary>A network for inference alone, in floats or in integers.</summary>
/// <param name="Batch">Images handed over at a time.</param>
/// <param name="PixelCount">Of one image.</param>
/// <param name="Engine">What computes it, for people.</param>
/// <param name="Layers">Whose spikes are counted.</param>
internal sealed record InferredNetwork(
    int Batch, int PixelCount, int Classes, int Timesteps, string Engine, IReadOnlyList<SpikingLayer> Layers, InferencePass Run)
{
    public static InferredNetwork Of(FrozenNetwork network) => new(
        network.Batch, network.PixelCount, network.Classes, network.Timesteps, network.Model.Backend.Name, network.Layers,
        (images, logits, spikes) => network.Run(images, logits, spikes));

    public static InferredNetwork Of(FixedPointInference network)
    {
        var counts = new long[network.Layers.Count];
        return new InferredNetwork(
            network.Batch, network.Network.Network.Input.Count, network.Network.Network.Classes, network.Network.Timesteps,
            $"integers on cpu ({network.Vectors.Name()})", network.Layers,
            (images, logits, spikes) =>
            {
                network.Run(images, logits, counts);
                for (int layer = 0; layer < counts.Length; layer++)
                {
                    spikes[layer] = counts[layer];
                }
            });
    }
}
