using System.CommandLine;
using System.Globalization;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn import</c>: somebody else's trained network as a checkpoint.</summary>
internal static class ImportCommand
{
    // What the checkpoint says of the stage that made it.
    private const string Stage = "imported";

    private const string NoNormalisation = "none";

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var file = new Argument<string>("FILE") { Description = "A file of torch.save (.pth, .pt, .pth.tar) or a safetensors file." };
        var output = new Option<string>("--out") { Description = "The checkpoint to write.", HelpName = "CHECKPOINT", Required = true };
        var architecture = new Option<string?>("--as")
        {
            Description = $"Whose network it is; recognised by names and shapes where left out. One of {string.Join(", ", ForeignArchitectures.Names)}.",
            HelpName = "ARCHITECTURE",
        };
        var keep = CommonOptions.OptionalNumber(
            "--keep", "0.1", "The share of its weights that a network with scores (HYDRA's and HARP's popup_scores) was pruned to; no file says it.");
        var normalise = new Option<string?>("--normalise")
        {
            Description = "What it normalises pixels in [0, 1] with, where the file does not say: "
                + $"{NoNormalisation}, {string.Join(", ", PixelStatistics.Known.Keys)}, or means and deviations: 0.49,0.48,0.45/0.25,0.24,0.26.",
            HelpName = "NAME|MEANS/DEVIATIONS",
        };
        var size = CommonOptions.OptionalWhole("--size", "N", "Rows and columns of its images; those that the architecture was made for where left out.", 1);
        var data = new Option<string?>("--data")
        {
            Description = "Its data set, by name or folder: accuracy on the test images is measured, and the checkpoint says what its classes are.",
            HelpName = "NAME|DIR",
        };
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var device = new DeviceOptions();
        var command = new Command(
            "import",
            "Writes somebody else's trained network as a checkpoint: an ANN of HYDRA, HARP, RobustBench, torchvision or the papers' reference.\n"
            + "Example: rsnn import model_best_dense.pth.tar --data data/cifar10 --out hydra.safetensors")
        {
            file, output, architecture, keep, normalise, size, data, samples, batch, device.Backend, device.Threads,
        };
        command.SetAction(parsed =>
        {
            RequireData(parsed, data, samples, batch);
            string source = parsed.GetRequiredValue(file);
            string target = parsed.GetRequiredValue(output);
            InputPath.RequireApart(source, target);
            var options = new ImportOptions(
                parsed.GetValue(architecture), parsed.GetValue(keep), Normalisation(parsed.GetValue(normalise)), parsed.GetValue(size));
            using var backend = device.Open(parsed);
            ImportedNetwork imported = NetworkImport.Read(source, backend, options);
            using (imported.Model)
            {
                Write(terminal, imported);
                DataSet? set = parsed.GetValue(data) is { } name ? TestImages.OpenSet(name, parsed.GetValue(samples), cancellation) : null;
                var loaded = new LoadedModel(
                    imported.Model, new ModelInfo(set?.Name ?? DataSource.Unknown, Timesteps: 0, Stage, set is null ? null : [.. set.ClassNames]));
                ImageSamples? images = set is null ? null : TestImages.Of(target, loaded, set, parsed.GetValue(samples), null, terminal);
                ModelFile.Save(target, imported.Model, loaded.Info);
                if (set is not null)
                {
                    terminal.Output.WriteLine($"its classes are taken to be, in this order, those of {set.Name}: {string.Join(", ", set.ClassNames)}");
                }

                terminal.Output.WriteLine($"{target}: written");
                return images is null ? ExitCode.Success : Measure(terminal, loaded.Model, images, parsed.GetValue(batch), cancellation);
            }
        });
        return command;
    }

    /// <summary>How accuracy is measured says nothing where it is not.</summary>
    private static void RequireData(ParseResult parsed, Option<string?> data, params Option[] needing)
    {
        if (parsed.GetValue(data) is null && Array.Find(needing, option => parsed.GetResult(option) is { Implicit: false }) is { } alone)
        {
            throw new BadInputException($"{alone.Name}: expected with --data, on whose test images accuracy is measured, found it alone");
        }
    }

    private static void Write(Terminal terminal, ImportedNetwork imported)
    {
        Network network = imported.Model.Network;
        terminal.Output.WriteLine(
            $"{network.Architecture} ({imported.Architecture}: {imported.Whose}), "
            + $"{Format.Count(imported.Model.Parameters.All.Sum(parameter => (double)parameter.Specification.Count))} values in "
            + $"{imported.Model.Parameters.All.Count} tensors, {network.Classes} classes, images of {network.Input}");
        foreach (string note in imported.Notes)
        {
            terminal.Output.WriteLine(note);
        }
    }

    private static int Measure(
        Terminal terminal, Engine.SpikingModel model, ImageSamples images, int batch, CancellationToken cancellation)
    {
        using var evaluation = new Evaluation(model, new EvaluationOptions(0, Math.Min(batch, images.Count), TestImages.Seed));
        EvaluationResult result = EvaluationReport.Watch(terminal, "import", progress => evaluation.Run(images, [], progress, cancellation));
        terminal.Output.WriteLine(
            $"clean accuracy on {Format.Count(result.Samples)} test images: {Format.Percent(result.CleanAccuracy, result.CleanAccuracy95)}");
        foreach (string warning in result.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }

        return result.HasVoid ? ExitCode.Failed : ExitCode.Success;
    }

    /// <summary>A data set's statistics, none, or numbers.</summary>
    private static PixelStatistics? Normalisation(string? text)
    {
        if (text is null or NoNormalisation)
        {
            return text is null ? null : PixelStatistics.None;
        }

        if (PixelStatistics.Known.TryGetValue(text, out PixelStatistics? known))
        {
            return known;
        }

        double[][] numbers = [.. text.Split('/').Select(Numbers)];
        return numbers is [{ Length: 3 } means, { Length: 3 } deviations]
            && Array.TrueForAll(means, PixelStatistics.IsMean) && Array.TrueForAll(deviations, PixelStatistics.IsDeviation)
            ? new PixelStatistics([.. means], [.. deviations])
            : throw new BadInputException(
                $"--normalise: expected {NoNormalisation}, {string.Join(", ", PixelStatistics.Known.Keys)}, or three means, a slash and three deviations "
                + $"above 0, finite and above 0 in single precision too, such as 0.49,0.48,0.45/0.25,0.24,0.26, found '{text}'{NearestName.Hint(text, [NoNormalisation, .. PixelStatistics.Known.Keys])}");
    }

    /// <summary>What stands between commas, NaN where it is no number.</summary>
    private static double[] Numbers(string list) =>
        [.. list.Split(',').Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
}
