using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Operations;
using RobustSnn.Exchange.HuggingFace;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn import</c>: somebody else's trained network as a checkpoint.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var file = new Argument<string>("FILE") { Description = "A file of torch.save (.pth, .pt, .pth.tar), a safetensors file, or a folder of rsnn export --to hf or compressed-tensors." };
        var output = new Option<string>("--out") { Description = "The checkpoint to write.", HelpName = "CHECKPOINT", Required = true };
        var said = new ForeignOptions();
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image, of a network that was converted: no file says it.", 1);
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
            "Writes somebody else's trained network as a checkpoint: an ANN of HYDRA, HARP, RobustBench, torchvision or the papers' reference, or a\n"
            + "spiking network of the reference (with --timesteps); one of your own, whose layers stand in a row (with --network); or of a folder of\n"
            + "rsnn export, the checkpoint that it was made of.\n"
            + "Example: rsnn import model_best_dense.pth.tar --data data/cifar10 --out hydra.safetensors")
        {
            file, output, timesteps, data, samples, batch, device.Backend, device.Threads, device.Precision,
        };
        foreach (Option option in said.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            RequireData(parsed, data, samples, batch);
            string source = parsed.GetRequiredValue(file);
            string target = parsed.GetRequiredValue(output);
            InputPath.RequireApart(source, target);
            ImportOptions options = said.Read(parsed, parsed.GetValue(timesteps));
            using var backend = device.Open(parsed);
            if (HuggingFaceFolder.Is(source))
            {
                foreach (string part in Directory.EnumerateFiles(source))
                {
                    InputPath.RequireApart(part, target);
                }

                RequireNothingSaid(parsed, source, [timesteps, data, .. said.All]);
                Restore(terminal, source, target, backend);
                return ExitCode.Success;
            }

            ImportedNetwork imported = NetworkImport.Read(source, backend, options);
            using (imported.Model)
            {
                ForeignOptions.Write(terminal.Output, imported);
                DataSet? set = parsed.GetValue(data) is { } name ? TestImages.OpenSet(name, parsed.GetValue(samples), cancellation) : null;
                var loaded = new LoadedModel(
                    imported.Model, new ModelInfo(set?.Name ?? DataSource.Unknown, imported.Timesteps, ForeignOptions.Stage, set is null ? null : [.. set.ClassNames]));
                ImageSamples? images = set is null ? null : TestImages.Of(target, loaded, set, parsed.GetValue(samples), null, terminal);
                ModelFile.Save(target, imported.Model, loaded.Info);
                if (set is not null)
                {
                    terminal.Output.WriteLine($"its classes are taken to be, in this order, those of {set.Name}: {string.Join(", ", set.ClassNames)}");
                }

                terminal.Output.WriteLine($"{target}: written");
                return images is null ? ExitCode.Success : Measure(terminal, loaded, images, parsed.GetValue(batch), cancellation);
            }
        });
        return command;
    }

    /// <summary>A folder says all of its network itself.</summary>
    private static void RequireNothingSaid(ParseResult parsed, string source, Option[] options)
    {
        if (Array.Find(options, option => parsed.GetResult(option) is { Implicit: false }) is { } said)
        {
            throw new BadInputException($"{said.Name}: expected to be left out, because the folder {source} says all of its network; measure the checkpoint with rsnn evaluate");
        }
    }

    private static void Restore(Terminal terminal, string source, string target, IBackend backend)
    {
        FolderCheckpoint checkpoint = HuggingFaceFolder.Read(source, backend);
        using (checkpoint.Loaded.Model)
        {
            checkpoint.Save(target);
            terminal.Output.WriteLine(
                $"{target}: written, {checkpoint.Loaded.Model.Network.Architecture} with {checkpoint.Loaded.Model.Parameters.All.Count} parameters");
        }
    }

    /// <summary>How accuracy is measured says nothing where it is not.</summary>
    private static void RequireData(ParseResult parsed, Option<string?> data, params Option[] needing)
    {
        if (parsed.GetValue(data) is null && Array.Find(needing, option => parsed.GetResult(option) is { Implicit: false }) is { } alone)
        {
            throw new BadInputException($"{alone.Name}: expected with --data, on whose test images accuracy is measured, found it alone");
        }
    }

    private static int Measure(
        Terminal terminal, LoadedModel loaded, ImageSamples images, int batch, CancellationToken cancellation)
    {
        using var evaluation = new Evaluation(loaded.Model, new EvaluationOptions(loaded.Info.Timesteps, Math.Min(batch, images.Count), TestImages.Seed));
        EvaluationResult result = EvaluationReport.Watch(terminal, "import", progress => evaluation.Run(images, [], progress, cancellation));
        terminal.Output.WriteLine(
            $"clean accuracy on {Format.Count(result.Samples)} test images: {Format.Percent(result.CleanAccuracy, result.CleanAccuracy95)}");
        foreach (string warning in result.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }

        return result.HasVoid ? ExitCode.Failed : ExitCode.Success;
    }
}
