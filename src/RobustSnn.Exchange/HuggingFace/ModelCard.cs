using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Exchange.HuggingFace;

/// <summary>
/// README.md of a folder: what the network is and, where the run that made it has measured it, its accuracies with their exact 95 % intervals.
/// There is no licence in it: that is for who publishes it to say.
/// </summary>
internal static class ModelCard
{
    // Text in quotation marks with JSON's escapes is text in YAML, too.
    private static readonly JsonSerializerOptions Quotation = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Data sets that the hub has under the same names.
    private static readonly string[] Published = ["cifar10", "cifar100", "svhn"];

    /// <param name="loaded">The network.</param>
    /// <param name="checkpoint">Its file: results.json and experiment.yaml are looked for beside it.</param>
    /// <exception cref="BadInputException">Those are there and cannot be read.</exception>
    public static string Write(LoadedModel loaded, string checkpoint)
    {
        CardResults? results = CardResults.Find(loaded, checkpoint);
        var card = new StringBuilder();
        FrontMatter(card, loaded, results);
        Network network = loaded.Model.Network;
        bool isSpiking = loaded.Info.Timesteps > 0;
        long total = loaded.Model.Parameters.All.Where(each => each.Specification.Prunable).Sum(each => (long)each.Specification.Count);
        long kept = loaded.Model.Parameters.All.Where(each => each.Specification.Prunable).Sum(each => (long)each.Value.Length);
        card.Append(CultureInfo.InvariantCulture, $"""
            # {OneLine(network.Architecture)}{(isSpiking ? " as a spiking network" : "")}

            | | |
            |---|---|
            | architecture | {Cell(network.Architecture)} |
            | input | {network.Input.Channels} × {network.Input.Rows} × {network.Input.Columns} pixels in [0, 1]; the network normalises them itself |
            | classes | {network.Classes} |
            | data set | {Cell(loaded.Info.DataSet)} |
            | stage | {Cell(loaded.Info.Stage)} |
            | timesteps | {(isSpiking ? loaded.Info.Timesteps.ToString(CultureInfo.InvariantCulture) : "none: an ANN")} |
            | neurons | {(isSpiking ? $"u = {network.Neurons.Leak.ToString("R", CultureInfo.InvariantCulture)}·u + I, a spike where u ≥ v_th, {(network.Neurons.Reset.IsSoft ? "then u − v_th" : "then u = 0")}" : "ReLU")} |
            | weights that exist | {kept.ToString("N0", CultureInfo.InvariantCulture)} of {total.ToString("N0", CultureInfo.InvariantCulture)} |


            """);
        if (results is null)
        {
            card.Append("No accuracy is stated: no results of the run that made this network were beside it.\n");
        }
        else
        {
            Table(card, results);
        }

        card.Append("\n`rsnn import DIR --out CHECKPOINT` makes the checkpoint of it again. The numbers of config.json and model.safetensors are all that there is:\nno code is in this folder, and none has to be run.\n");
        return card.ToString().ReplaceLineEndings("\n");
    }

    private static void FrontMatter(StringBuilder card, LoadedModel loaded, CardResults? results)
    {
        card.Append("---\nlibrary_name: rsnn\npipeline_tag: image-classification\ntags:\n- adversarial-robustness\n");
        card.Append(loaded.Info.Timesteps > 0 ? "- spiking-neural-network\n" : "");
        card.Append(loaded.Model.Parameters.All.Any(parameter => parameter.Pattern is not null) ? "- sparse\n" : "");
        if (Published.Contains(loaded.Info.DataSet))
        {
            card.Append(CultureInfo.InvariantCulture, $"datasets:\n- {loaded.Info.DataSet}\n");
        }

        if (results is not null)
        {
            string dataSet = Quoted(loaded.Info.DataSet);
            card.Append(CultureInfo.InvariantCulture, $"""
                metrics:
                - accuracy
                model-index:
                - name: {Quoted(loaded.Model.Network.Architecture)}
                  results:
                  - task:
                      type: image-classification
                    dataset:
                      name: {dataSet}
                      type: {dataSet}
                      split: test
                    metrics:

                """);
            foreach (CardFigure figure in results.Figures)
            {
                card.Append(CultureInfo.InvariantCulture, $"""
                        - type: accuracy
                          name: {Quoted($"{figure.Name}, {results.Samples} images, 95 % interval {Share(figure.Interval.Lower)} to {Share(figure.Interval.Upper)}")}
                          value: {figure.Accuracy.ToString("R", CultureInfo.InvariantCulture)}

                    """);
            }
        }

        card.Append("---\n\n");
    }

    private static void Table(StringBuilder card, CardResults results)
    {
        card.Append(CultureInfo.InvariantCulture, $"Measured by the run that made it, on {results.Samples} test images:\n\n| | accuracy | 95 % interval |\n|---|---|---|\n");
        foreach (CardFigure figure in results.Figures)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(figure.Name)} | {Share(figure.Accuracy)} | {Share(figure.Interval.Lower)} to {Share(figure.Interval.Upper)} |\n");
        }

        if (results.SpikesPerImage is { } spikes)
        {
            card.Append(CultureInfo.InvariantCulture, $"\nSpikes an image, clean: {spikes.ToString("N0", CultureInfo.InvariantCulture)}.\n");
        }

        foreach (string warning in results.Warnings)
        {
            card.Append(CultureInfo.InvariantCulture, $"\nTo beware of: {OneLine(warning)}\n");
        }
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Quotation);

    private static string Share(double share) => share.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    private static string Cell(string text) => OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
}
