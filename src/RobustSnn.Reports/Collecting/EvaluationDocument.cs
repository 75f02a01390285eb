using System.Text.Json;
using System.Text.Json.Nodes;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Reports.Collecting;

/// <summary>A file of <c>rsnn evaluate --json</c>: an evaluation, with a diagnosis where one was made, or a curve.</summary>
/// <param name="Curves">The curve itself, or those of the diagnosis.</param>
internal sealed record EvaluationDocument(string File, EvaluationResult? Result, DiagnosisReport? Diagnosis, IReadOnlyList<RobustnessCurve> Curves)
{
    /// <exception cref="BadInputException">The file is none of these.</exception>
    public static EvaluationDocument Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(InputFile.Text(path));
            var root = document.RootElement;
            var read = root.ValueKind != JsonValueKind.Object ? null
                : root.TryGetProperty("points", out _) ? new EvaluationDocument(path, null, null, [root.Deserialize<RobustnessCurve>(RunResults.Format)!])
                : root.TryGetProperty("attacks", out _) ? Evaluation(path, root)
                : null;
            return read is not null && IsWhole(read)
                ? read
                : throw new BadInputException($"{path}: expected what rsnn evaluate --json writes, of an evaluation or of a curve, found something else");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new BadInputException($"{path}: expected what rsnn evaluate --json writes, found something else: {exception.Message}", exception);
        }
    }

    private static EvaluationDocument Evaluation(string path, JsonElement root)
    {
        var diagnosis = root.TryGetProperty("diagnosis", out var found) && found.ValueKind != JsonValueKind.Null ? ReadDiagnosis(found) : null;
        return new EvaluationDocument(path, root.Deserialize<EvaluationResult>(RunResults.Format), diagnosis, diagnosis?.Curves ?? []);
    }

    /// <summary>Without the estimator that the network was trained with: the file describes it and does not say how to make one, and a report needs none.</summary>
    private static DiagnosisReport? ReadDiagnosis(JsonElement found)
    {
        var diagnosis = JsonNode.Parse(found.GetRawText())!;
        diagnosis["options"]?.AsObject().Remove("training_estimator");
        return diagnosis.Deserialize<DiagnosisReport>(RunResults.Format);
    }

    private static bool IsWhole(EvaluationDocument read) =>
        read.Result is null or { Samples: > 0, Attacks: not null, Layers: not null, Warnings: not null }
        && (read.Result?.CleanCorrect ?? 0) is >= 0 && (read.Result is null || read.Result.CleanCorrect <= read.Result.Samples)
        && (read.Result?.Attacks.All(attack => attack is { Attack: not null, Members: not null, Samples: > 0, Correct: >= 0 } && attack.Correct <= attack.Samples
            && attack.Members.All(member => member is { Attack: not null, Estimator: not null })) ?? true)
        && read.Diagnosis is null or { Checks: not null, Curves: not null }
        && (read.Diagnosis?.Checks.All(check => check is { Name: not null, Sentence: not null }) ?? true)
        && read.Curves.All(curve => curve is { Attack: not null, Points: not null }
            && curve.Points.All(point => double.IsFinite(point.At) && point is { Samples: > 0, Correct: >= 0 } && point.Correct <= point.Samples));
}
