using System.Text.Json.Serialization;
using System.Text.Json;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Runs;

/// <summary>One epoch of training.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean over the epoch's images.</param>
/// <param name="TrainingAccuracy">On the images trained on: the adversarial ones where the objective has them. From 0 to 1.</param>
/// <param name="ValidationClean">Accuracy on the validation images; null where there are none.</param>
/// <param name="ValidationRobust">The same under FGSM at the stage's ε; equal to the clean one for a natural objective.</param>
/// <param name="Best">Whether this is the checkpoint chosen so far.</param>
public sealed record EpochRecord(
    string Stage, int Epoch, int Epochs, double LearningRate, double Loss, double TrainingAccuracy, double? ValidationClean,
    double? ValidationRobust, bool Best, double Seconds);

/// <summary>A network of the run in the final table; accuracies from 0 to 1 on test images.</summary>
/// <param name="Attacks">Accuracy under each attack, in the order of the experiment file.</param>
/// <param name="SpikesPerImage">Over all steps and neurons, on clean images; null for an ANN.</param>
public sealed record RunRow(
    string Network, int Samples, double Clean, IReadOnlyDictionary<string, double> Attacks, long WeightsKept, long WeightsTotal,
    double? SpikesPerImage, IReadOnlyList<string> Warnings)
{
    /// <summary>What each member of each attack did, in the order in which they came; empty in files of programs before they were kept.</summary>
    public IReadOnlyList<MemberFigure> Members { get; init; } = [];

    /// <summary>How often each layer of neurons fires on clean images; empty for an ANN, and in files of programs before it was kept.</summary>
    public IReadOnlyList<LayerActivity> Activity { get; init; } = [];
}

/// <summary>A member's part in an attack: it sees the images that those before it left correct.</summary>
/// <param name="Attack">The row's column that it is a member of.</param>
/// <param name="Member">Its attack.</param>
/// <param name="Estimator">Whose gradients it follows.</param>
/// <param name="Attacked">Images that it was run on.</param>
/// <param name="Correct">Those of them that it did not break.</param>
public sealed record MemberFigure(string Attack, string Member, string Estimator, int Attacked, int Correct);

/// <summary>A process that worked on a run: the one that began it, and each that went on with it.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Backend">With its threads, on which no result depends.</param>
/// <param name="Arithmetic">What the last bits of results may depend on: <see cref="Engine.Operations.IBackend.Arithmetic"/>.</param>
/// <param name="Changes">Settings that it was given anew: "finetune_snn.learning_rate: 1 against 0.1", before against after.</param>
public sealed record RunSession(string Version, string Backend, string Arithmetic, IReadOnlyList<string> Changes)
{
    /// <summary>The extra images that training mixed in; null without any.</summary>
    public ImageDigest? ExtraImages { get; init; }
}

/// <summary>What a run found: results.json. It is written after every epoch, stage and row, so that an interrupted run keeps it.</summary>
public sealed record RunResults(
    string Name, string Version, string Backend, bool Complete, IReadOnlyList<RunRow> Rows, IReadOnlyList<EpochRecord> Epochs,
    IReadOnlyDictionary<string, double> StageSeconds)
{
    /// <summary>How much of each layer pruning kept, in the order of the network; empty where nothing was pruned.</summary>
    public IReadOnlyList<LayerShare> Layers { get; init; } = [];

    /// <summary>What the spikes of each spiking network cost; empty where it was not asked for.</summary>
    public IReadOnlyList<NetworkEnergy> Energy { get; init; } = [];

    /// <summary>What to beware of in the run as a whole; that of a row is in the row.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Who computed it, in order. Empty in files of programs before they were written down.</summary>
    public IReadOnlyList<RunSession> Sessions { get; init; } = [];

    /// <summary>Of this program.</summary>
    public static string ProgramVersion { get; } = typeof(RunResults).Assembly.GetName().Version!.ToString(3);

    internal static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    /// <exception cref="BadInputException">The file is not of results.</exception>
    public static RunResults Read(string path)
    {
        try
        {
            var text = InputFile.Text(path);
            RequireKnownVersion(path, text);
            var results = JsonSerializer.Deserialize<RunResults>(text, Format)
                ?? throw new BadInputException($"{path}: expected the results of a run, found null");
            return results.Missing() is { } missing
                ? throw new BadInputException($"{path}: expected the results of a run, found no {missing}. Give another folder, or remove the file")
                : results;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read as the results of a run: {exception.Message}", exception);
        }
    }

    /// <summary>Refuses what a newer program wrote, before anything else in it is looked at.</summary>
    private static void RequireKnownVersion(string path, string text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("version", out var written) && written.ValueKind == JsonValueKind.String
            && System.Version.TryParse(written.GetString(), out var version) && version > System.Version.Parse(ProgramVersion))
        {
            throw new BadInputException(
                $"{path}: the run is of rsnn {version}, which is newer than this program, {ProgramVersion}. Go on with it with that version, or give another folder");
        }
    }

    /// <summary>The first part that is null, although the type says that it is not: JSON may leave anything out.</summary>
    private string? Missing()
    {
        var parts = new (string Name, bool IsThere)[]
        {
            ("name", Name is not null), ("version", Version is not null), ("backend", Backend is not null),
            ("rows", Rows is not null && Rows.All(row => row is { Network: not null, Attacks: not null, Warnings: not null, Members: not null, Activity: not null }
                && row.Members.All(member => member is { Attack: not null, Member: not null, Estimator: not null })
                && row.Activity.All(layer => layer is { Layer: not null }))),
            ("epochs", Epochs is not null && Epochs.All(epoch => epoch is { Stage: not null })), ("stage_seconds", StageSeconds is not null),
            ("layers", Layers is not null && Layers.All(layer => layer is { Name: not null })),
            ("energy", Energy is not null && Energy.All(energy => energy is
            {
                Network: not null, Memory.Parameters: not null,
                Measured: { Clean: { Neurons: not null, Layers: not null, Sums: not null } },
            })),
            ("warnings", Warnings is not null && Warnings.All(warning => warning is not null)),
            ("sessions", Sessions is not null && Sessions.All(
                session => session is { Version: not null, Backend: not null, Arithmetic: not null, Changes: not null })),
        };
        return parts.FirstOrDefault(part => !part.IsThere).Name;
    }

    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Format) + "\n");
}
