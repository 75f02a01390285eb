using RobustSnn.Engine.Operations;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;
using RobustSnn.Robustness.Diagnosis;

namespace RobustSnn.Reports.Sections;

/// <summary>Evaluations beside the runs: curves, figures and whether to believe them.</summary>
internal static class EvaluationsSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("evaluations", "Evaluations, curves and diagnosis");
        var network = $"{data.Runs[0].Folder}/finetuned-snn.safetensors";
        if (data.Evaluations.Count == 0)
        {
            page.Missing("No evaluation was given.",
                $"rsnn evaluate {network} --strict --epsilon 4/255 --json > strict.json && rsnn report {data.Runs[0].Folder} --evaluation strict.json");
        }

        if (data.Evaluations.All(evaluation => evaluation.Curves.Count == 0))
        {
            page.Missing("No curve against ε or steps was computed.",
                $"rsnn evaluate {network} --attack pgd10 --curve epsilon --json > curve.json && rsnn report {data.Runs[0].Folder} --evaluation curve.json");
        }

        foreach (var evaluation in data.Evaluations)
        {
            page.SubHeading(Path.GetFileName(evaluation.File));
            if (evaluation.Result is { } result)
            {
                page.Table($"Accuracy of {Numbers.Count(result.Samples)} images, T = {result.Options.Timesteps}", ["attack", "ε", "accuracy"],
                [
                    ["clean", Numbers.Missing, Numbers.Percent(result.CleanAccuracy, result.CleanAccuracy95)],
                    .. result.Attacks.Select(attack => (IReadOnlyList<string>)[attack.Attack, Radius(attack.Budget), Numbers.Percent(attack.Accuracy, attack.Accuracy95)]),
                ]);
            }

            if (evaluation.Diagnosis is { } diagnosis)
            {
                page.Sentence($"Verdict: {diagnosis.Verdict}", diagnosis.IsBelieved ? "" : "unfinished");
                page.Table("Whether to believe it", ["check", "state", "in words"],
                    [.. diagnosis.Checks.Select(check => (IReadOnlyList<string>)[check.Name, State(check.State), check.Sentence])]);
            }

            foreach (var curve in evaluation.Curves)
            {
                var along = curve.Axis == CurveAxis.Steps ? "steps" : curve.Budget.Norm == Norm.Infinity ? "ε × 255" : "ε (L2)";
                var scale = curve.Axis == CurveAxis.Radius && curve.Budget.Norm == Norm.Infinity ? 255 : 1;
                page.Draw(new Chart($"Accuracy under {curve.Attack} against {along}", along, "accuracy",
                    [new Series(curve.Attack, [.. curve.Points.Select(point => (object)Math.Round(scale * point.At, 4))], [.. curve.Points.Select(point => (double?)point.Accuracy)])], IsPercent: true));
            }
        }

        page.EndSection();
    }

    private static string Radius(Budget budget) => budget.Norm == Norm.Infinity ? $"{Numbers.Short(255.0 * budget.Radius)}/255" : $"l2:{Numbers.Short(budget.Radius)}";

    private static string State(CheckState state) => state switch
    {
        CheckState.Fine => "fine",
        CheckState.Doubt => "doubt",
        _ => "not checked",
    };
}
