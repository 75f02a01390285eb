using RobustSnn.Engine.Plans;
using RobustSnn.Robustness;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn;

/// <summary>A network for inference alone, made for the first batch of a stream and anew for a larger one.</summary>
internal sealed class StreamClassifier(string name, TrainedNetwork trained, int? timesteps) : IDisposable
{
    private FrozenNetwork? network;
    private int seen;

    /// <exception cref="Model.BadInputException">The images are not of the network, or the network cannot be run.</exception>
    public Classified Run(ImageBatch images)
    {
        int count = images.Count(trained.Network.Input, seen);
        if (network is null || network.Batch < count)
        {
            RunningStatistics.RequireEstimated(name, trained.Model);
            network?.Dispose();
            network = new FrozenNetwork(trained.Model, count, timesteps ?? trained.Info.Timesteps);
        }

        seen += count;
        var logits = new float[count * network.Classes];
        var classes = new int[count];
        network.Run(images.Pixels, logits);
        Predictions.Of(logits, network.Classes, classes);
        return new Classified(images, classes, logits, trained.Info.ClassNames);
    }

    public void Dispose() => network?.Dispose();
}
