using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>
/// Reads networks that other people's code saved: ANNs of HYDRA, HARP, RobustBench, torchvision and the reference, and the reference's spiking ones;
/// and the user's own, whose layers stand in a row.
/// </summary>
public static class NetworkImport
{
    // A trained network has hardly a weight that is 0 exactly; one that was pruned, a tenth at least.
    private const double LeastPrunedShare = 0.01;

    // HARP's networks are saved where they meet the share of all (METHODS 5).
    private const double LargestDeviation = 0.1;

    private const string Threshold = ".v_th";

    /// <summary>Reads a safetensors file or an archive of torch.save. Nothing in it is run.</summary>
    /// <exception cref="BadInputException">
    /// The file cannot be read, is of no known architecture or of several, has values that no parameter may have, or needs something that
    /// the options do not say.
    /// </exception>
    public static ImportedNetwork Read(string path, IBackend backend, ImportOptions options)
    {
        TensorFile file = TensorFile.Read(path);
        RequireForeign(file);
        PixelStatistics? stored = StoredNormalisation.Of(file);
        RequireAgreement(path, stored, options.Normalisation);
        TensorFile named = TensorNames.Normalise(file.With([.. file.Tensors.Where(tensor => !StoredNormalisation.IsBuffer(tensor))]));
        if (stored is not null)
        {
            // The network stood beside its normalisation, in nn.Sequential say, under a name or number that nothing else has.
            named = TensorNames.WithoutCommonParts(named);
        }

        if (options.Network is { } own)
        {
            return ReadOwn(file, named, stored, backend, options, own);
        }

        NeuronModel? neurons = Neurons(named, options);
        var scores = new ScoredWeights(named, options.Keep);
        HostTensor[] tensors = [.. named.Tensors.Where(tensor => !ScoredWeights.IsPart(tensor) && (neurons is not null || !IsThreshold(tensor)))];
        PixelStatistics? known = stored ?? options.Normalisation;
        Recognised found = Recognition.Find(
            path, new StoredTensors(named.With(tensors)), options.Architecture,
            architecture => new ForeignFrame(known ?? architecture.Normalisation ?? PixelStatistics.None, options.Size, neurons));
        if ((known ?? found.Architecture.Normalisation) is null)
        {
            throw new BadInputException(
                $"{path}: does not say what its images were normalised with, which depends on the data set: expected --normalise, with "
                + $"{string.Join(", ", PixelStatistics.Known.Keys)}, none, or its means and deviations");
        }

        RequireFloats(path, named.Tensors.Where(tensor => found.Architecture.Unused(tensor.Name) is null));
        var notes = new List<string> { NormalisationNote(found, stored, options.Normalisation) };
        notes.AddRange(LeftOut(file, named, found, scores, neurons is not null));
        if (neurons is not null)
        {
            notes.Add(NeuronsNote(named, neurons, options));
        }

        SpikingModel model = Build(named.With([.. tensors.Where(tensor => found.Architecture.Unused(tensor.Name) is null)]), found.Network, backend);
        try
        {
            notes.Add(Prune(model, scores, options.Keep));
            return new ImportedNetwork(model, found.Architecture.Name, found.Architecture.Whose, neurons is null ? 0 : options.Timesteps!.Value, notes);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void RequireForeign(TensorFile file)
    {
        if (CheckpointMetadata.AreOwn(file.Metadata))
        {
            throw new BadInputException($"{file.FilePath}: expected somebody else's network, found a checkpoint of rsnn; use it as it is");
        }

        if (file.Tensors.Count == 0)
        {
            throw new BadInputException($"{file.FilePath}: expected the tensors of a network (a state_dict), found none");
        }
    }

    private static void RequireAgreement(string path, PixelStatistics? stored, PixelStatistics? said)
    {
        if (stored is not null && said is not null && !(Same(stored.Mean, said.Mean) && Same(stored.Deviation, said.Deviation)))
        {
            throw new BadInputException(
                $"{path}: --normalise expected what the file itself says, {stored.Describe()}, found {said.Describe()}; leave --normalise out");
        }

        static bool Same(IEnumerable<double> left, IEnumerable<double> right) => left.Select(value => (float)value).SequenceEqual(right.Select(value => (float)value));
    }

    private static bool IsThreshold(HostTensor tensor) =>
        tensor.Name.EndsWith(Threshold, StringComparison.Ordinal) && tensor.ElementType.IsFloating();

    /// <summary>The dynamics of a network that was converted; null for an ANN.</summary>
    /// <exception cref="BadInputException">The options say of an ANN what only spiking networks have, or not what T a spiking one is run with.</exception>
    private static NeuronModel? Neurons(TensorFile named, ImportOptions options)
    {
        // An ANN of the reference has thresholds where it was made to learn them, and they are 1 until it is converted.
        HostTensor? threshold = named.Tensors.FirstOrDefault(tensor => IsThreshold(tensor) && !tensor.ToDoubles().All(value => value == 1));
        if (options.Timesteps > CheckpointMetadata.MostTimesteps)
        {
            throw new BadInputException($"--timesteps: expected at most {CheckpointMetadata.MostTimesteps}, found {options.Timesteps}");
        }

        if (options.Timesteps < 0 || options.Leak is not (null or (> 0 and <= 1)))
        {
            throw new BadInputException(options.Timesteps < 0
                ? $"--timesteps: expected at least 0, found {options.Timesteps}"
                : string.Create(CultureInfo.InvariantCulture, $"--leak: expected a number above 0, at most 1, found {options.Leak}"));
        }

        if (threshold is not null)
        {
            return options.Timesteps is null
                ? throw new BadInputException(
                    $"{named.FilePath}: is a network that was converted (its threshold '{threshold.Name}' is not 1): expected --timesteps with the T that it was "
                    + "made for, which no file says")
                : new NeuronModel(options.Leak ?? 1, options.Reset ?? Reset.Hard);
        }

        (string Option, bool IsSaid)[] spiking = [("--timesteps", options.Timesteps > 0), ("--leak", options.Leak is not null), ("--reset", options.Reset is not null)];
        return Array.Find(spiking, each => each.IsSaid).Option is { } said
            ? throw new BadInputException(
                $"{named.FilePath}: {said} expected a network that was converted, with thresholds (v_th) other than 1, found an ANN; leave {said} out")
            : null;
    }

    private static string NeuronsNote(TensorFile named, NeuronModel neurons, ImportOptions options)
    {
        double[] thresholds = [.. named.Tensors.Where(IsThreshold).SelectMany(tensor => tensor.ToDoubles())];
        string taken = options.Leak is null || options.Reset is null ? "; --leak and --reset say otherwise" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"spiking: {thresholds.Length} thresholds from {thresholds.Min():0.####} to {thresholds.Max():0.####}, T = {options.Timesteps} as asked for, leak "
            + $"{neurons.Leak}, {(neurons.Reset.IsSoft ? "soft" : "hard")} reset{taken}");
    }

    private static string NormalisationNote(Recognised found, PixelStatistics? stored, PixelStatistics? said) => (stored, said) switch
    {
        ({ } own, _) => $"normalisation, from the file: {own.Describe()}",
        (_, { } asked) => $"normalisation, as asked for: {asked.Describe()}",
        _ => $"normalisation: the file says none; taken is what {found.Architecture.Whose} networks have by default, "
            + $"{found.Architecture.Normalisation!.Describe()}. --normalise says otherwise",
    };

    private static IEnumerable<string> LeftOut(TensorFile file, TensorFile named, Recognised found, ScoredWeights scores, bool isConverted)
    {
        if (file.LeftOut.Count > 0)
        {
            yield return $"left out, beside the tensors: {string.Join(", ", file.LeftOut)}";
        }

        if (file.Tensors.Count(tensor => TensorNames.IsCounter(tensor.Name)) is var counters and > 0)
        {
            yield return $"left out: {counters} counters of batches (num_batches_tracked), on which nothing depends";
        }

        if (!isConverted && named.Tensors.Count(IsThreshold) is var thresholds and > 0)
        {
            yield return $"left out: {thresholds} thresholds (v_th), all 1, which conversion sets";
        }

        foreach (IGrouping<string, HostTensor> unused in named.Tensors
            .Where(tensor => found.Architecture.Unused(tensor.Name) is not null).GroupBy(tensor => found.Architecture.Unused(tensor.Name)!))
        {
            yield return $"left out: {unused.Count()} tensors, '{unused.First().Name}' the first: {unused.Key}";
        }

        if (scores.Any)
        {
            yield return $"left out: the scores (popup_scores{(scores.HasRates ? ", k_score" : "")}), once they have said which weights are kept";
        }
    }

    /// <summary>A network whose layers the user gives by their sizes.</summary>
    private static ImportedNetwork ReadOwn(
        TensorFile file, TensorFile named, PixelStatistics? stored, IBackend backend, ImportOptions options, NetworkSettings own)
    {
        (string Option, bool IsSaid)[] others =
        [
            ("--as", options.Architecture is not null), ("--keep", options.Keep is not null), ("--timesteps", options.Timesteps > 0),
            ("--leak", options.Leak is not null), ("--reset", options.Reset is not null),
        ];
        if (Array.Find(others, each => each.IsSaid).Option is { } said)
        {
            throw new BadInputException($"{said}: expected with a network that is recognised by its names, found it beside --network, which gives an ANN by its sizes");
        }

        PixelStatistics normalisation = stored ?? options.Normalisation ?? throw new BadInputException(
            $"{file.FilePath}: does not say what its images were normalised with: expected --normalise, with {string.Join(", ", PixelStatistics.Known.Keys)}, none, or "
            + "its means and deviations");
        RequireFloats(file.FilePath, named.Tensors);
        (TensorFile tensors, Network network, string note) = OwnNetwork.Map(
            named, PytorchArchive.IsIts(file.FilePath), own, new ForeignFrame(normalisation, options.Size));
        SpikingModel model = Build(tensors, network, backend);
        try
        {
            string[] leftOut = file.LeftOut.Count > 0 ? [$"left out, beside the tensors: {string.Join(", ", file.LeftOut)}"] : [];
            return new ImportedNetwork(
                model, OwnNetwork.Name, "the user's own", 0,
                [
                    $"normalisation, {(stored is null ? "as asked for" : "from the file")}: {normalisation.Describe()}", .. leftOut, note,
                    Prune(model, new ScoredWeights(tensors, null), null),
                ]);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // A network in half precision computes other numbers than its weights do in single.
    private static void RequireFloats(string path, IEnumerable<HostTensor> tensors)
    {
        foreach (HostTensor tensor in tensors)
        {
            bool isDouble = tensor.ElementType == Files.ElementType.F64;
            if (tensor.ElementType != Files.ElementType.F32 && !(isDouble && tensor.ToDoubles().All(value => value.Equals((float)value))))
            {
                throw new BadInputException(
                    $"{path}: tensor '{tensor.Name}' expected F32 elements, found {tensor.ElementType}"
                    + $"{(isDouble ? " that no 32-bit float holds" : "")}; in PyTorch, save model.float().state_dict() of the network as it was trained");
            }
        }
    }

    private static SpikingModel Build(TensorFile file, Network network, IBackend backend)
    {
        var model = new SpikingModel(network, backend);
        try
        {
            ModelFile.Upload(file, model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Has the model store only the weights that exist: those that scores keep, or all but zeros where many are 0.</summary>
    private static string Prune(SpikingModel model, ScoredWeights scores, double? keep)
    {
        ParameterTensor[] weights = [.. model.Parameters.All.Where(parameter => parameter.Specification.Prunable)];
        long total = weights.Sum(weight => (long)weight.Specification.Count);
        SparsityPattern[] patterns =
        [
            .. weights.Select(weight => scores.Any ? scores.Pattern(weight.Specification) : SparsityPattern.OfMask(weight.Value.ToArray())),
        ];
        long kept = patterns.Sum(pattern => (long)pattern.Count);
        string share = string.Create(CultureInfo.InvariantCulture, $"{kept:#,0} of {total:#,0} weights ({100.0 * kept / total:0.00} %)");
        if (kept == total)
        {
            return $"dense: all {share}";
        }

        if (!scores.Any && total - kept < LeastPrunedShare * total)
        {
            return $"dense: {share} are not 0, too many for a network that was pruned; zeros stay weights";
        }

        foreach ((ParameterTensor weight, SparsityPattern pattern) in weights.Zip(patterns).Where(pair => pair.Second.Count < pair.Second.DenseCount))
        {
            model.Parameters.Prune(weight.Name, pattern);
        }

        if (!scores.Any)
        {
            return $"pruned: {share} are not 0 and no other exists any more";
        }

        string doubt = scores.HasRates && Math.Abs((kept / (total * keep!.Value)) - 1) > LargestDeviation
            ? "; a network with learned shares ends at that of all: see whether --keep is the one that it was pruned to"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"pruned: {share} are kept by their scores (--keep {keep}) and no other exists any more{doubt}");
    }
}
