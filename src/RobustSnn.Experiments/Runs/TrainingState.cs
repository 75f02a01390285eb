using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Runs;

/// <summary>Where a training stage stands after an epoch: parameters, momenta, and the best parameters so far.</summary>
internal sealed class TrainingState
{
    private const string VelocityPrefix = "velocity/";
    private const string BestPrefix = "best/";

    private Dictionary<string, float[]> best = [];

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>The epoch, from 1, of the best parameters.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Its score on validation images; null where there are none, and the last epoch is the best.</summary>
    public double? BestScore { get; private set; }

    /// <summary>The state saved in a file, also set into the model; the beginning where there is none.</summary>
    public static TrainingState Start(string path, SpikingModel model)
    {
        var state = new TrainingState();
        if (!File.Exists(path))
        {
            model.Parameters.ClearVelocities();
            return state;
        }

        var file = Safetensors.Read(path);
        var metadata = new CheckpointMetadata(path, file.Metadata);
        state.Epoch = metadata.Whole("epoch");
        state.BestEpoch = metadata.Whole("best_epoch");
        state.BestScore = metadata.Has("best_score") ? metadata.Number("best_score") : null;
        foreach (var parameter in model.Parameters.All)
        {
            parameter.Value.Upload(file[parameter.Name].ToFloats());
            parameter.Velocity?.Upload(file[VelocityPrefix + parameter.Name].ToFloats());
            state.best[parameter.Name] = file[BestPrefix + parameter.Name].ToFloats();
        }

        model.Parameters.Changed();
        return state;
    }

    /// <summary>Counts an epoch and keeps the parameters if they score at least as well as any before.</summary>
    public bool Advance(SpikingModel model, double? score)
    {
        Epoch++;
        if (score < BestScore)
        {
            return false;
        }

        (BestEpoch, BestScore) = (Epoch, score);
        best = model.Parameters.All.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.ToArray());
        return true;
    }

    public void UseBest(SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All)
        {
            parameter.Value.Upload(best[parameter.Name]);
        }

        model.Parameters.Changed();
    }

    public void Save(string path, SpikingModel model)
    {
        var tensors = new List<HostTensor>();
        foreach (var parameter in model.Parameters.All)
        {
            int[] dimensions = [.. parameter.Specification.Dimensions];
            tensors.Add(HostTensor.FromFloats(parameter.Name, dimensions, parameter.Value.ToArray()));
            tensors.Add(HostTensor.FromFloats(BestPrefix + parameter.Name, dimensions, best[parameter.Name]));
            if (parameter.Velocity is { } velocity)
            {
                tensors.Add(HostTensor.FromFloats(VelocityPrefix + parameter.Name, dimensions, velocity.ToArray()));
            }
        }

        var metadata = new Dictionary<string, string>
        {
            ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
            ["best_epoch"] = BestEpoch.ToString(CultureInfo.InvariantCulture),
        };
        if (BestScore is { } score)
        {
            metadata["best_score"] = score.ToString("R", CultureInfo.InvariantCulture);
        }

        Safetensors.Write(path, tensors, metadata);
    }
}
