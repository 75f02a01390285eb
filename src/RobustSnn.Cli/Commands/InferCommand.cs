using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Execution;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn infer</c>: classes of images by a frozen network, and the spikes that it took.</summary>
internal static class InferCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run, or a network in integers (rsnn quantise)." };
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var classes = CommonOptions.MapClasses();
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var batch = CommonOptions.Whole("--batch", "N", "Images handed to the engine at a time.", 1, 64);
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image; 0 runs the ANN. The checkpoint's where left out.", 0);
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var file = new Option<string?>("--out")
        {
            Description = "Also write a line an image: its index in the test set, label, prediction (-1 where logits are no numbers), logits.",
            HelpName = "FILE.csv",
        };
        var command = new Command(
            "infer",
            "Classifies test images with the least work: BatchNorm in the weights, pruned connections left out; counts spikes.\n"
            + "Example: rsnn infer runs/small/finetuned-snn.safetensors --batch 1 --out predictions.csv")
        {
            checkpoint, data, classes, samples, batch, timesteps, device.Backend, device.Threads, device.Precision, json, file,
        };
        command.SetAction(parsed =>
        {
            string? target = parsed.GetValue(file);
            RequireFolder(target);
            string path = parsed.GetRequiredValue(checkpoint);
            if (QuantisedCheckpoint.TryLoad(path, parsed.GetValue(timesteps)) is { } quantised)
            {
                FixedPointOption.RequireProcessor(path, parsed.GetRequiredValue(device.Backend));
                ImageSamples images = TestImages.Open(path, quantised, parsed.GetValue(data), parsed.GetValue(samples), parsed.GetValue(classes),
                    terminal, cancellation);
                using var network = new FixedPointInference(
                    quantised.Network, Math.Min(parsed.GetValue(batch), images.Count), parsed.GetValue(device.Threads));
                Write(InferredNetwork.Of(network), images);
                return;
            }

            using var backend = device.Open(parsed);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(path, loaded.Model);
                ImageSamples images = TestImages.Open(path, loaded, parsed.GetValue(data), parsed.GetValue(samples), parsed.GetValue(classes),
                    terminal, cancellation);
                using var network = new FrozenNetwork(
                    loaded.Model, Math.Min(parsed.GetValue(batch), images.Count), parsed.GetValue(timesteps) ?? loaded.Info.Timesteps);
                Write(InferredNetwork.Of(network), images);
            }

            void Write(InferredNetwork network, ImageSamples images)
            {
                var inference = new Inference(network, images, target is not null);
                InferenceResult result = InferenceReport.Watch(terminal, images.Count, progress => inference.Run(progress, cancellation));
                if (target is not null)
                {
                    AtomicFile.WriteText(target, inference.Lines);
                }

                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(result));
                }
                else
                {
                    InferenceReport.Write(terminal, result, network.Layers);
                }
            }
        });
        return command;
    }

    /// <summary>Before the work rather than after it.</summary>
    private static void RequireFolder(string? target)
    {
        if (target is not null && (target.Length == 0 || Directory.Exists(target) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(target)))))
        {
            throw new BadInputException($"--out: expected a file in a folder that exists, e.g. predictions.csv, found '{target}'");
        }
    }
}
