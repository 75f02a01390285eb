using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Where a training stage stands after an epoch: parameters, momenta, and the best parameters so far; where masks are learned, their state
/// too, now and at the best epoch.
/// </summary>
/// <remarks>
/// Of a pruned parameter NAME, the file has a <see cref="SparseTensor"/>, and best/NAME.values and velocity/NAME.values for the same
/// elements. Files from before sparse tensors have dense ones, with zeros for what was pruned.
/// </remarks>
internal sealed class TrainingState
{
    private const string MaskPrefix = "masks/";

    private const string VelocityPrefix = "velocity/";
    private const string BestPrefix = "best/";

    private readonly IReadOnlyList<LearnedState> masks;
    private readonly string? origin;
    private Dictionary<string, float[]> best = [];

    private TrainingState(LearnedMasks? masks, string? origin)
    {
        this.masks = masks?.State ?? [];
        this.origin = origin;
    }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>The epoch, from 1, of the best parameters.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Its score on validation images; null where there are none, and the last epoch is the best.</summary>
    public double? BestScore { get; private set; }

    /// <summary>Whether the best is an epoch that counts; false where there was none yet, and the last is taken.</summary>
    public bool BestCounts { get; private set; }

    /// <summary>The state saved in a file, also set into the model and the masks; the beginning where there is none.</summary>
    /// <param name="masks">Those that the stage learns; null where it learns none.</param>
    /// <param name="source">What the stage goes on from, and <see cref="CheckpointOrigin"/>'s name of it; null for a new network.</param>
    /// <exception cref="BadInputException">The file is damaged, or of another network.</exception>
    public static TrainingState Start(string path, SpikingModel model, LearnedMasks? masks = null, (string? Path, string? Origin) source = default)
    {
        var state = new TrainingState(masks, source.Origin);
        if (!File.Exists(path))
        {
            model.Parameters.ClearVelocities();
            return state;
        }

        var file = TensorFile.Read(path);
        CheckpointOrigin.Require(path, file.Metadata, source.Path, source.Origin);
        var metadata = new CheckpointMetadata(path, file.Metadata);
        state.Epoch = metadata.Whole("epoch");
        state.BestEpoch = metadata.Whole("best_epoch");
        state.BestCounts = !metadata.Has("best_counts") || metadata.Flag("best_counts");
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

        foreach (var mask in state.masks)
        {
            var length = mask.Read().Length;
            mask.Write(Read(file, MaskPrefix + mask.Name, length));
            var best = Read(file, BestPrefix + MaskPrefix + mask.Name, length);
            if (Array.FindIndex(best, value => !float.IsFinite(value)) is var index and >= 0)
            {
                throw new BadInputException(
                    $"{path}: tensor '{BestPrefix}{MaskPrefix}{mask.Name}', element {index}: expected a finite number, found {best[index]}. "
                    + "Remove the file to begin the stage again");
            }

            state.best[MaskPrefix + mask.Name] = best;
        }

        if (FiniteState.FirstBad(model, masks) is { } bad)
        {
            throw new BadInputException($"{path}: expected finite numbers up to 1e15, found that {bad}. Remove the file to begin the stage again");
        }

        return state;
    }

    /// <summary>Counts an epoch and keeps the parameters if they score at least as well as any before that counts.</summary>
    /// <param name="counts">Whether the epoch may be the best: not while masks keep more than they should, unless none was better in that.</param>
    public bool Advance(SpikingModel model, double? score, bool counts = true)
    {
        Epoch++;
        if (BestCounts && (!counts || score < BestScore))
        {
            return false;
        }

        (BestEpoch, BestScore, BestCounts) = (Epoch, score, counts);
        best = model.Parameters.All.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.ToArray());
        foreach (var mask in masks)
        {
            best[MaskPrefix + mask.Name] = mask.Read();
        }

        return true;
    }

    public void UseBest(SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All)
        {
            parameter.Value.Upload(best[parameter.Name]);
        }

        foreach (var mask in masks)
        {
            mask.Write(best[MaskPrefix + mask.Name]);
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

        foreach (var mask in masks)
        {
            tensors.Add(Vector(MaskPrefix + mask.Name, mask.Read()));
            tensors.Add(Vector(BestPrefix + MaskPrefix + mask.Name, best[MaskPrefix + mask.Name]));
        }

        var metadata = new Dictionary<string, string>
        {
            ["best_counts"] = BestCounts ? "true" : "false",
            ["epoch"] = Epoch.ToString(CultureInfo.InvariantCulture),
            ["best_epoch"] = BestEpoch.ToString(CultureInfo.InvariantCulture),
        };
        if (BestScore is { } score)
        {
            metadata["best_score"] = score.ToString("R", CultureInfo.InvariantCulture);
        }

        Safetensors.Write(path, tensors, CheckpointOrigin.With(metadata, origin));
    }

    private static HostTensor Vector(string name, float[] values) => HostTensor.FromFloats(name, [values.Length], values);

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
        : Vector(prefix + parameter.Name + SparseTensor.ValuesSuffix, values);

    private static float[] Read(TensorFile file, string prefix, ParameterTensor parameter)
    {
        var name = prefix + parameter.Name;
        var dense = file.TryGet(name, out var tensor);
        tensor ??= file[parameter.Pattern is null ? name : name + SparseTensor.ValuesSuffix];
        var values = Read(file, tensor.Name, dense ? parameter.Specification.Count : parameter.Value.Length);
        return dense && parameter.Pattern is { } pattern ? pattern.Compact(values) : values;
    }

    private static float[] Read(TensorFile file, string name, long expected) => file[name] is var tensor && tensor.Count == expected
        ? tensor.ToFloats()
        : throw new BadInputException(
            $"{file.FilePath}: tensor '{name}' expected {expected} values, found {tensor.Count}. Remove the file to begin the stage again");

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
