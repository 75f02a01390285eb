using System.Diagnostics;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>What every stage of a run works with.</summary>
/// <param name="ann">The network that the run begins with, its weights not drawn yet; null where it begins with a checkpoint.</param>
/// <param name="observer">Tells the run's observer, and keeps progress.json.</param>
/// <param name="events">What TensorBoard shows.</param>
internal sealed class RunContext(
    RunFolder folder, RunData data, Network? ann, IBackend backend, RunMonitor observer, RunEvents events, CancellationToken cancellation)
{
    private readonly IReadOnlyList<Stage> stages = folder.Settings.RunningStages;
    private readonly List<EpochRecord> epochs = [];
    private readonly List<RunRow> rows = [];
    private readonly List<LayerShare> layers = [];
    private readonly List<NetworkEnergy> energies = [];
    private readonly SortedDictionary<string, double> stageSeconds = new(StringComparer.Ordinal);
    private readonly List<string> warnings = [];
    private readonly List<RunSession> sessions = [];
    private (string Stage, double Before, Stopwatch Clock)? running;

    public RunFolder Folder => folder;

    public ExperimentSettings Settings => folder.Settings;

    public RunData Data => data;

    public IBackend Backend => backend;

    public RunMonitor Observer => observer;

    public RunEvents Events => events;

    public CancellationToken Cancellation => cancellation;

    public IReadOnlyList<RunRow> Rows => rows;

    public IReadOnlyList<NetworkEnergy> Energies => energies;

    public IReadOnlyList<LayerShare> Layers => layers;

    /// <summary>Takes over what an interrupted run had found, and writes down who goes on with it; what may change results is said.</summary>
    public void Resume()
    {
        if (File.Exists(folder.ResultsPath))
        {
            var earlier = RunResults.Read(folder.ResultsPath);
            epochs.AddRange(earlier.Epochs);
            rows.AddRange(earlier.Rows);
            layers.AddRange(earlier.Layers);
            energies.AddRange(earlier.Energy);
            foreach (var (stage, seconds) in earlier.StageSeconds)
            {
                stageSeconds[stage] = seconds;
            }

            warnings.AddRange(earlier.Warnings);
            sessions.AddRange(earlier.Sessions);
            RequireExtraImages();
            CompareWith(earlier);
        }

        var changes = folder.Changes.Select(change => change.ToString()).ToArray();
        sessions.Add(new RunSession(RunResults.ProgramVersion, backend.Name, backend.Arithmetic, changes) { ExtraImages = data.ExtraDigest });
        foreach (var change in changes)
        {
            Warn($"goes on with another setting, before against now: {change}");
        }

        Results(false).Write(folder.ResultsPath);
        folder.SaveChanges();
    }

    /// <summary>Others would come in another order from the first batch on, and no epoch would be what it says.</summary>
    private void RequireExtraImages()
    {
        if (sessions.Count > 0 && sessions[^1].ExtraImages is var before && before != data.ExtraDigest)
        {
            throw new BadInputException(
                $"data.extra.path: expected the images that the run began with, {before?.ToString() ?? "none"}, found {data.ExtraDigest?.ToString() ?? "none"}. "
                + "Bring them back, or begin another run");
        }
    }

    /// <summary>Something to beware of: told now, and kept with the results.</summary>
    public void Warn(string warning)
    {
        observer.Note($"warning: {warning}");
        if (!warnings.Contains(warning))
        {
            warnings.Add(warning);
        }
    }

    /// <summary>Forgets epochs of a stage that its saved state does not have: they will be done again.</summary>
    public void ForgetEpochsAfter(string stage, int epoch) => epochs.RemoveAll(record => record.Stage == stage && record.Epoch > epoch);

    /// <summary>Figures of networks that are about to be made anew: whoever removed a checkpoint gets those of the one that takes its place.</summary>
    public void ForgetRows(IEnumerable<string> networks)
    {
        if (rows.RemoveAll(row => networks.Contains(row.Network)) + energies.RemoveAll(energy => networks.Contains(energy.Network)) > 0)
        {
            Results(false).Write(folder.ResultsPath);
        }
    }

    public void Add(EpochRecord epoch)
    {
        epochs.Add(epoch);
        Results(false).Write(folder.ResultsPath);
        observer.EpochFinished(epoch);
    }

    public void Add(RunRow row)
    {
        rows.Add(row);
        Results(false).Write(folder.ResultsPath);
    }

    public void Add(NetworkEnergy energy)
    {
        energies.Add(energy);
        Results(false).Write(folder.ResultsPath);
    }

    /// <summary>How much of each layer pruning kept.</summary>
    public void Add(IReadOnlyList<LayerShare> shares)
    {
        layers.Clear();
        layers.AddRange(shares);
        Results(false).Write(folder.ResultsPath);
        observer.Pruned(shares);
    }

    /// <summary>What another run found out about a stage whose checkpoint this one has taken over.</summary>
    /// <param name="withRows">Whether it evaluated networks as this run does, so that its figures are this run's.</param>
    public void TakeOver(Stage stage, RunResults other, bool withRows)
    {
        // What this run had found out itself, about this stage or later ones, is of networks that are no longer there.
        ForgetRows(new EvaluatedNetworks(Settings).From(stage));
        epochs.RemoveAll(epoch => epoch.Stage == stage.Name());
        epochs.AddRange(other.Epochs.Where(epoch => epoch.Stage == stage.Name()));
        if (stage == Stage.Prune)
        {
            layers.Clear();
            layers.AddRange(other.Layers);
        }

        var network = new EvaluatedNetworks(Settings).Rows.FirstOrDefault(row => row.Stage == stage).Network;
        if (withRows && other.Rows.FirstOrDefault(row => row.Network == network) is { } found)
        {
            rows.Add(found);
        }

        Results(false).Write(folder.ResultsPath);
    }

    /// <summary>Runs a stage, counts its time, also over interruptions, and keeps what is known so far.</summary>
    public void Time(string stage, Func<string> run)
    {
        var clock = Stopwatch.StartNew();
        running = (stage, stageSeconds.GetValueOrDefault(stage), clock);
        try
        {
            using var range = backend.Range(stage);
            var summary = run();
            observer.StageFinished(stage, clock.Elapsed, summary);
        }
        finally
        {
            Results(false).Write(folder.ResultsPath);
            running = null;
        }
    }

    public RunResults Results(bool complete)
    {
        if (running is { } now)
        {
            stageSeconds[now.Stage] = now.Before + now.Clock.Elapsed.TotalSeconds;
        }

        return new(Settings.Name, RunResults.ProgramVersion, backend.Name, complete, [.. rows], [.. epochs],
            new SortedDictionary<string, double>(stageSeconds, StringComparer.Ordinal))
        {
            Layers = [.. layers],
            Energy = [.. energies],
            Warnings = [.. warnings],
            Sessions = [.. sessions],
        };
    }

    /// <summary>Results depend on seed and settings, not on threads; their last bits depend on vectors and may on the program.</summary>
    private void CompareWith(RunResults earlier)
    {
        if (earlier.Version != RunResults.ProgramVersion)
        {
            Warn($"begun by rsnn {earlier.Version}, goes on with {RunResults.ProgramVersion}: results may differ from those of either alone");
        }

        if (sessions.Count > 0 && sessions[^1].Arithmetic != backend.Arithmetic)
        {
            Warn($"computed so far with {sessions[^1].Arithmetic}, goes on with {backend.Arithmetic}: the last bits of results may differ from those "
                + "of an unbroken run");
        }
    }

    /// <summary>The network that a stage goes on from: what the stage before left, what the run begins with, or a new one.</summary>
    public SpikingModel Load(Stage stage)
    {
        if (SourceOf(stage) is { } source)
        {
            return ModelFile.Load(source, backend).Model;
        }

        var model = new SpikingModel(ann ?? throw new InvalidOperationException($"{stage} has no network to go on from"), backend);
        model.Initialise(Settings.Seed);
        return model;
    }

    /// <summary>The network that a stage left.</summary>
    public SpikingModel Left(Stage stage) => ModelFile.Load(folder.Checkpoint(stage), backend).Model;

    /// <summary>The checkpoint that a stage goes on from; null for a new network.</summary>
    public string? SourceOf(Stage stage) => IndexOf(stage) is var index and > 0 ? folder.Checkpoint(stages[index - 1]) : Settings.Start?.From;

    /// <summary>The name of what a stage goes on from: <see cref="CheckpointOrigin"/>; null for a new network.</summary>
    public string? OriginOf(Stage stage) => SourceOf(stage) is { } source ? CheckpointOrigin.Of(source) : null;

    /// <summary>
    /// Refuses a stage's checkpoint that was made from another network than the one that is now before it: somebody made that one anew,
    /// with another learning rate, and this one is no longer of this experiment.
    /// </summary>
    /// <exception cref="BadInputException">It was made from another, or is no checkpoint.</exception>
    public void RequireOrigin(Stage stage) => CheckpointOrigin.Require(
        folder.Checkpoint(stage), TensorFile.Read(folder.Checkpoint(stage)).Metadata, SourceOf(stage), OriginOf(stage));

    public void Finish(Stage stage, SpikingModel model, int timesteps)
    {
        var info = new ModelInfo(data.Set.Name, timesteps, stage.Name(), data.Set.ClassNames);
        folder.Finish(stage, ModelFile.Tensors(model), CheckpointOrigin.With(ModelFile.Metadata(model, info), OriginOf(stage)));
    }

    private int IndexOf(Stage stage) => stages.ToList().IndexOf(stage);
}
