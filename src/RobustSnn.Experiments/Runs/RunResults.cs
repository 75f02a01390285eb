using System.Text.Json;
using System.Text.Json.Serialization;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

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
    double? SpikesPerImage, IReadOnlyList<string> Warnings);

/// <summary>What a run found: results.json. It is written after every epoch, stage and row, so that an interrupted run keeps it.</summary>
public sealed record RunResults(
    string Name, string Version, string Backend, bool Complete, IReadOnlyList<RunRow> Rows, IReadOnlyList<EpochRecord> Epochs,
    IReadOnlyDictionary<string, double> StageSeconds)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        NewLine = "\n",
    };

    /// <exception cref="BadInputException">The file is not of results.</exception>
    public static RunResults Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunResults>(File.ReadAllText(path), Format)
                ?? throw new BadInputException($"{path}: expected the results of a run, found null");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read as the results of a run: {exception.Message}", exception);
        }
    }

    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Format) + "\n");
}
