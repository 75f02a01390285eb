using System.Text.Json;
using System.Text.Json.Serialization;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>Where a run stands, for whoever looks at it from elsewhere: progress.json. A sweep has one, too, whose stages are its runs' folders.</summary>
/// <param name="Process">The process that wrote it. A file of another one than that which holds the folder is out of date.</param>
/// <param name="State">What the process said last. Of one that was killed: <see cref="RunState.Running"/>.</param>
/// <param name="Message">Why it failed; null where it did not.</param>
/// <param name="Updated">When it was written, in UTC.</param>
/// <param name="Stages">All stages of the run, in their order.</param>
public sealed record RunProgress(string Name, int Process, RunState State, string? Message, DateTime Updated, IReadOnlyList<string> Stages)
{
    /// <summary>In a run's folder, and in a sweep's.</summary>
    public const string FileName = "progress.json";

    /// <summary>The stage that is under way; null before the first.</summary>
    public string? Stage { get; init; }

    /// <summary>What the stage does, in a line.</summary>
    public string Detail { get; init; } = "";

    /// <summary>From 1; 0 where the stage has none.</summary>
    public int Epoch { get; init; }

    public int Epochs { get; init; }

    /// <summary>Images done of this epoch, or of this evaluation.</summary>
    public int Done { get; init; }

    public int Total { get; init; }

    public double ImagesPerSecond { get; init; }

    /// <summary>To the end of the stage.</summary>
    public double SecondsLeft { get; init; }

    /// <summary>The stage's latest figure, e.g. "loss 1.234".</summary>
    public string Figure { get; init; } = "";

    /// <summary>Of each layer of neurons, in the order of the network, on validation images after the last epoch; empty for an ANN.</summary>
    public IReadOnlyList<LayerRate> SpikeRates { get; init; } = [];

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Where a folder keeps it.</summary>
    public static string FileIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>What the file says; null where there is none.</summary>
    /// <exception cref="BadInputException">The file is not of a run's progress, or cannot be read.</exception>
    public static RunProgress? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RunProgress>(InputFile.Text(path), Format) is
            { Name: not null, Stages: not null, Detail: not null, Figure: not null, SpikeRates: not null } progress
                && progress.SpikeRates.All(rate => rate is { Layer: not null }) && progress.Stages.All(stage => stage is not null)
                ? progress
                : throw new BadInputException($"{path}: expected the progress of a run, found parts of it missing. Remove the file; a run that goes on writes it anew");
        }
        catch (JsonException exception)
        {
            throw new BadInputException(
                $"{path}: cannot be read as the progress of a run: {exception.Message} Remove the file; a run that goes on writes it anew", exception);
        }
    }

    internal string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";
}

/// <summary>How often a layer's neurons fire.</summary>
/// <param name="Rate">Spikes a neuron and timestep: from 0 to 1.</param>
public sealed record LayerRate(string Layer, double Rate);
