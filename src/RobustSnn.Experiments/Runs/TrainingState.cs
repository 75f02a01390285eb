using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>Where a training stage stands after an epoch: parameters, momenta, and the best parameters so far.</summary>
/// <remarks>
/// Of a pruned parameter NAME, the file has a <see cref="SparseTensor"/>, and best/NAME.values and velocity/NAME.values for the same
/// elements. Files from before sparse tensors have dense ones, with zeros for what was pruned.
/// </remarks>
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

        var file = TensorFile.Read(path);
        var metadata = new CheckpointMetadata(path, file.Metadata);
        state.Epoch = metadata.Whole("epoch");
        state.BestEpoch = metadata.Whole("best_epoch");
        state.BestScore = metadata.Has("best_score") ? metadata.Number("best_score") : null;
        foreach (var parameter in model.Parameters.All)
        {
            CheckPattern(file, parameter);
            parameter.Value.Upload(Read(file, "", parameter));
            parameter.Velocity?.Upload(Read(file, VelocityPrefix, parameter));
            state.best[parameter.Name] = Read(file, BestPrefix, parameter);
            RequireGood(path, parameter, parameter.Value.ToArray(), "");
            RequireGood(path, parameter, state.best[parameter.Name], " of the best epoch");
        }

        if (FiniteState.FirstBad(model) is { } bad)
        {
            throw new BadInputException($"{path}: expected finite numbers up to 1e15, found that {bad}. Remove the file to begin the stage again");
        }

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
    }

    public void Save(string path, SpikingModel model)
    {
        List<HostTensor> tensors = [.. ModelFile.Tensors(model)];
        foreach (var parameter in model.Parameters.All)
        {
            tensors.Add(Stored(BestPrefix, parameter, best[parameter.Name]));
            if (parameter.Velocity is { } velocity)
            {
                tensors.Add(Stored(VelocityPrefix, parameter, velocity.ToArray()));
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

    private static void RequireGood(string path, ParameterTensor parameter, float[] values, string whose)
    {
        if (ParameterCheck.FirstBad(parameter.Specification, values, parameter.Pattern) is { } found)
        {
            throw new BadInputException($"{path}{whose}: {found}. Remove the file to begin the stage again");
        }
    }

    /// <summary>Values laid out as the parameter's.</summary>
    private static HostTensor Stored(string prefix, ParameterTensor parameter, float[] values) => parameter.Pattern is null
        ? HostTensor.FromFloats(prefix + parameter.Name, [.. parameter.Specification.Dimensions], values)
        : HostTensor.FromFloats(prefix + parameter.Name + SparseTensor.ValuesSuffix, [values.Length], values);

    private static float[] Read(TensorFile file, string prefix, ParameterTensor parameter)
    {
        var name = prefix + parameter.Name;
        var dense = file.TryGet(name, out var tensor);
        tensor ??= file[parameter.Pattern is null ? name : name + SparseTensor.ValuesSuffix];
        var expected = dense ? parameter.Specification.Count : parameter.Value.Length;
        if (tensor.Count != expected)
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{tensor.Name}' expected {expected} values, found {tensor.Count}. Remove the file to begin the stage again");
        }

        var values = tensor.ToFloats();
        return dense && parameter.Pattern is { } pattern ? pattern.Compact(values) : values;
    }

    /// <summary>What exists was decided by the stage before: another pattern is of another run.</summary>
    private static void CheckPattern(TensorFile file, ParameterTensor parameter)
    {
        if (SparseTensor.Find(file, parameter.Name) is { } sparse
            && !(parameter.Pattern is { } pattern && pattern.Existing.SequenceEqual(sparse.Pattern.Existing)))
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{parameter.Name}': expected the weights that the stage before kept, found others. "
                + "Remove the file to begin the stage again");
        }
    }
}
