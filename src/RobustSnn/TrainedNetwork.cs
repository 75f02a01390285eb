using System.Diagnostics;
using System.Runtime.CompilerServices;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn;

/// <summary>
/// A trained network, an ANN or a spiking one, and what one does with it. Computes as the commands of <c>rsnn</c> do, and refuses with their sentences.
/// One call at a time; the network is the caller's to dispose.
/// </summary>
public sealed class TrainedNetwork : IDisposable
{
    /// <summary>The seed of the presets.</summary>
    private const ulong UsualSeed = 1;

    private const string UnknownData = "unknown";

    private readonly SharedBackend shared;
    private readonly string name;
    private bool isDisposed;

    private TrainedNetwork(string name, SharedBackend shared, LoadedModel loaded, IReadOnlyList<string> notes)
    {
        (this.name, this.shared, Model, Info, Notes) = (name, shared.Take(), loaded.Model, loaded.Info, notes);
    }

    /// <summary>The network as data.</summary>
    public Network Network => Model.Network;

    /// <summary>Its parameters on the backend, for what this class does not do.</summary>
    public SpikingModel Model { get; }

    /// <summary>What a checkpoint of it says beside: T, its data set, the names of its classes.</summary>
    public ModelInfo Info { get; }

    /// <summary>A sentence each on how it came about: what was taken for granted, what was left out.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="backend">What it computes on; <c>cuda</c> where RobustSnn.Cuda has registered it.</param>
    public static Result<TrainedNetwork> Load(string path, string backend = Backends.Cpu, BackendOptions options = default) => Open(path, backend, options, opened =>
        (ModelFile.Load(path, opened), []));

    /// <summary>Reads somebody else's trained network, or one of your own, given by its sizes (<see cref="ImportOptions.Network"/>). Nothing in the file is run.</summary>
    /// <param name="path">A file of torch.save (.pth, .pt) or a safetensors file.</param>
    /// <param name="said">What the file does not say.</param>
    /// <param name="backend">As <see cref="Load"/>.</param>
    public static Result<TrainedNetwork> Import(
        string path, ImportOptions? said = null, string backend = Backends.Cpu, BackendOptions options = default) => Open(path, backend, options, opened =>
        {
            ImportedNetwork imported = NetworkImport.Read(path, opened, said ?? new ImportOptions());
            return (new LoadedModel(imported.Model, new ModelInfo(UnknownData, imported.Timesteps, "imported")), imported.Notes);
        });

    /// <summary>A file that gives a network by its sizes, for <see cref="ImportOptions.Network"/>: <c>network: { family: vgg, layers: [16, M, 32, M], head: [64] }</c>.</summary>
    public static Result<NetworkSettings> ReadSizes(string path) => Result.Of(() => SettingsReader.ReadNetwork(path));

    /// <summary>Removes a share of the weights: from then on they do not exist.</summary>
    /// <param name="sparsity">From 0 to below 1.</param>
    /// <param name="method">Chooses them; the smallest of each layer where left out.</param>
    /// <returns>This network.</returns>
    public Result<TrainedNetwork> Prune(double sparsity, IPruningMethod? method = null, CancellationToken cancellation = default) => Result.Of(() =>
    {
        if (Model.Parameters.All.FirstOrDefault(parameter => parameter.Pattern is not null) is { } pruned)
        {
            throw new BadInputException($"{name}: expected a dense network, found '{pruned.Name}' pruned: a method chooses among all weights, and pruned ones would exist again");
        }

        var random = new RandomKey(UsualSeed, 0).Derive("prune");
        foreach (KeptWeights kept in (method ?? new LeastWeightMagnitude(PruningScope.Layer)).Choose(PrunableWeights.Of(Model), sparsity, random, cancellation))
        {
            Model.Parameters.Prune(kept.Name, kept.Pattern);
        }

        return this;
    });

    /// <summary>
    /// A spiking network of this ANN: thresholds balanced on the images, then BatchNorm's statistics estimated on them. This network stays as it is.
    /// </summary>
    /// <param name="images">Some that the network was trained on, in batches; labels are not read. The papers balance on ten batches of 64.</param>
    public Result<TrainedNetwork> ToSpiking(IEnumerable<ImageBatch> images, SpikingOptions? options = null, CancellationToken cancellation = default) => Result.Of(() =>
    {
        SpikingOptions asked = options ?? new SpikingOptions();
        if (asked.Timesteps is < 1 or > CheckpointMetadata.MostTimesteps)
        {
            throw new BadInputException($"Timesteps: expected 1 to {CheckpointMetadata.MostTimesteps}, found {asked.Timesteps}");
        }

        IReadOnlyList<float[]> batches = ImageStream.Batches(images, Network.Input, cancellation);
        SpikingModel spiking = SpikingConversion.Convert(
            Model, asked.Neurons, batches, new ConversionOptions(new BalancingOptions(asked.BalancingTimesteps, asked.Percentile), (float)asked.Scale), cancellation).Model;
        try
        {
            if (RunningStatistics.AreReset(spiking))
            {
                RunningStatistics.Estimate(spiking, asked.Timesteps, batches, cancellation);
            }

            return new TrainedNetwork(name, shared, new LoadedModel(spiking, Info with { Timesteps = asked.Timesteps, Stage = "converted" }), []);
        }
        catch
        {
            spiking.Dispose();
            throw;
        }
    });

    /// <summary>Writes a checkpoint, which every command of <c>rsnn</c> reads.</summary>
    /// <returns>The path.</returns>
    public Result<string> Save(string path) => Result.Of(() =>
    {
        ModelFile.Save(path, Model, Info);
        return path;
    });

    /// <summary>Classes of images, a batch at a time as the stream gives them. An error ends the stream.</summary>
    /// <param name="timesteps">T; 0 runs the ANN; the checkpoint's where left out.</param>
    public IEnumerable<Result<Classified>> Classify(IEnumerable<ImageBatch> images, int? timesteps = null, CancellationToken cancellation = default)
    {
        using IEnumerator<ImageBatch> stream = images.GetEnumerator();
        using var classifying = new StreamClassifier(name, this, timesteps);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Result<Classified?> next = Result.Of(() => stream.MoveNext() ? classifying.Run(stream.Current) : null);
            if (next is { IsOk: true, Value: null })
            {
                yield break;
            }

            yield return next.Then(found => Result.Of(() => found!));
            if (!next.IsOk)
            {
                yield break;
            }
        }
    }

    /// <summary>The same of a stream that comes in its own time: a camera's.</summary>
    /// <inheritdoc cref="Classify"/>
    public async IAsyncEnumerable<Result<Classified>> ClassifyAsync(
        IAsyncEnumerable<ImageBatch> images, int? timesteps = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var classifying = new StreamClassifier(name, this, timesteps);
        await using IAsyncEnumerator<ImageBatch> stream = images.GetAsyncEnumerator(cancellation);
        while (true)
        {
            // What keeps the stream from giving images is an error of the results, too.
            Result<ImageBatch?> next = await Result.OfAsync(async () => await stream.MoveNextAsync().ConfigureAwait(false) ? stream.Current : null).ConfigureAwait(false);
            if (next is { IsOk: true, Value: null })
            {
                yield break;
            }

            Result<Classified> found = next.IsOk
                ? await Task.Run(() => Result.Of(() => classifying.Run(next.Value!)), cancellation).ConfigureAwait(false)
                : next.Then<Classified>(_ => throw new UnreachableException());
            yield return found;
            if (!found.IsOk)
            {
                yield break;
            }
        }
    }

    /// <summary>Accuracy on images, clean and under attacks.</summary>
    /// <param name="images">With labels. All of them are held in memory: attacks come back to an image again and again.</param>
    /// <param name="attacks">By the names of <c>rsnn evaluate</c>: <c>pgd10</c>, <c>square(queries=500)</c>.</param>
    /// <param name="epsilon">Radius of their ball: <c>8/255</c> or <c>0.03</c> (L∞), or <c>l2:0.5</c>.</param>
    /// <param name="timesteps">T; 0 attacks the ANN; the checkpoint's where left out.</param>
    /// <param name="batch">Images a pass; no draw depends on it.</param>
    public Result<AttackFindings> Attack(
        IEnumerable<ImageBatch> images, IEnumerable<string> attacks, string epsilon, int? timesteps = null, int batch = 64, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default) => Result.Of(() =>
    {
        AttackBudget budget = AttackBudget.Parse("epsilon", epsilon);
        AttackInBudget[] asked = [.. attacks.Select(attack => new AttackInBudget(AttackCatalogue.Parse(attack), budget.Value))];
        RunningStatistics.RequireEstimated(name, Model);
        ArraySamples samples = Samples(images, cancellation);
        var record = new UnsharedRecord();
        using var evaluation = new Evaluation(Model, Options(samples, timesteps, batch));
        return new AttackFindings(evaluation.Run(samples, asked, progress, cancellation, record), record.Known);
    });

    /// <summary>The same of a stream that comes in its own time, computed beside the caller.</summary>
    /// <inheritdoc cref="Attack"/>
    public async Task<Result<AttackFindings>> AttackAsync(
        IAsyncEnumerable<ImageBatch> images, IEnumerable<string> attacks, string epsilon, int? timesteps = null, int batch = 64,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        Result<List<ImageBatch>> all = await Result.OfAsync(() => Copy(images, cancellation)).ConfigureAwait(false);
        return all.IsOk
            ? await Task.Run(() => Attack(all.Value, attacks, epsilon, timesteps, batch, progress, cancellation), cancellation).ConfigureAwait(false)
            : all.Then<AttackFindings>(_ => throw new UnreachableException());
    }

    private static async Task<List<ImageBatch>> Copy(IAsyncEnumerable<ImageBatch> images, CancellationToken cancellation)
    {
        var batches = new List<ImageBatch>();
        await foreach (ImageBatch some in images.WithCancellation(cancellation).ConfigureAwait(false))
        {
            batches.Add(some with { Pixels = [.. some.Pixels], Labels = some.Labels is { } labels ? [.. labels] : null }); // one array may carry every batch
        }

        return batches;
    }

    /// <summary>What the spikes of a spiking network cost on images: counted, not measured.</summary>
    /// <param name="images">With labels.</param>
    /// <param name="timesteps">T; the checkpoint's where left out.</param>
    /// <param name="batch">Images a pass; no figure depends on it.</param>
    public Result<EnergyFindings> Energy(
        IEnumerable<ImageBatch> images, int? timesteps = null, int batch = 64, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default) =>
        Result.Of(() =>
    {
        RunningStatistics.RequireEstimated(name, Model);
        ArraySamples samples = Samples(images, cancellation);
        using var account = new EnergyAccount(Model, Options(samples, timesteps, batch));
        return new EnergyFindings(account.Run(samples, null, progress, cancellation).Clean, StoredMemory.Of(Model));
    });

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            Model.Dispose();
            shared.Leave();
        }
    }

    private static Result<TrainedNetwork> Open(
        string path, string backend, BackendOptions options, Func<IBackend, (LoadedModel Model, IReadOnlyList<string> Notes)> read) => Result.Of(() =>
    {
        IBackend opened = Backends.Open(backend, options);
        try
        {
            (LoadedModel loaded, IReadOnlyList<string> notes) = read(opened);
            return new TrainedNetwork(path, new SharedBackend(opened), loaded, notes);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    });

    private ArraySamples Samples(IEnumerable<ImageBatch> images, CancellationToken cancellation)
    {
        (float[] pixels, int[] labels) = ImageStream.Labelled(images, Network.Input, cancellation);
        return new ArraySamples(pixels, labels);
    }

    private EvaluationOptions Options(ArraySamples samples, int? timesteps, int batch) =>
        new(timesteps ?? Info.Timesteps, Math.Min(batch, samples.Count), UsualSeed);
}
