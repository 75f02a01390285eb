using System.CommandLine;
using System.Globalization;
using RobustSnn.Cli.Output;
using RobustSnn.Exchange.Traces;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn trace</c>: what every neuron does while images pass, for NumPy.</summary>
internal static class TraceCommand
{
    private const string Extension = ".npz";

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A spiking network of a run." };
        var image = new Option<string[]>("--image")
        {
            Description = "Which images: numbers in the data set's test images, or files, JPEG or PNG, of the network's size.",
            HelpName = "N|FILE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<string>("--out") { Description = "Where to write; an older file is replaced at once or not at all.", HelpName = "TRACE.npz", Required = true };
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image. The checkpoint's where left out.", 1);
        var device = new DeviceOptions();
        var command = new Command(
            "trace",
            "Writes the spikes and membranes of every layer at every timestep, and the logits of each, for numpy.load; docs/EXCHANGE.md says\n"
            + "what the arrays are.\n"
            + "Example: rsnn trace runs/small/finetuned-snn.safetensors --image 0 7 --out trace.npz")
        {
            checkpoint, image, output, data, timesteps, device.Backend, device.Threads, device.Precision,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(checkpoint);
            string target = parsed.GetRequiredValue(output);
            if (!target.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                throw new BadInputException($"--out: expected a file name that ends with {Extension}, found '{target}'");
            }

            InputPath.RequireApart(path, target);
            using var backend = device.Open(parsed);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(path, loaded.Model);
                string[] asked = parsed.GetRequiredValue(image);
                ImageSamples? samples = asked.Any(IsNumber)
                    ? TestImages.Open(path, loaded, parsed.GetValue(data), null, null, terminal, cancellation)
                    : null;
                var pixels = new float[checked(asked.Length * loaded.Model.PixelCount)];
                var labels = new List<long>();
                for (int i = 0; i < asked.Length; i++)
                {
                    Span<float> place = pixels.AsSpan(i * loaded.Model.PixelCount, loaded.Model.PixelCount);
                    if (IsNumber(asked[i]))
                    {
                        int number = Number(asked[i], samples!.Count);
                        samples.Read(number, place);
                        labels.Add(samples.Label(number));
                    }
                    else
                    {
                        PictureFile.Read(asked[i], loaded.Model.Network).CopyTo(place);
                    }
                }

                long[] known = labels.Count == asked.Length ? [.. labels] : [];
                TraceSummary summary = TraceFile.Write(target, loaded.Model, pixels, known, parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, cancellation);
                if (!float.IsFinite(summary.Difference))
                {
                    terminal.Error.WriteLine($"rsnn: {target}: some logits are no finite numbers: classes of such images are {Predictions.None}");
                    return ExitCode.Failed;
                }

                terminal.Output.WriteLine(
                    $"{target}: {asked.Length} images, {summary.Layers} layers, {Format.Count(summary.Spikes)} spikes; logits differ by at most "
                    + $"{summary.Difference.ToString("0.0e0", CultureInfo.InvariantCulture)} from a pass that watches nothing");
                return ExitCode.Success;
            }
        });
        return command;
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private static int Number(string text, int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < count
            ? number
            : throw new BadInputException($"--image: expected numbers from 0 to {count - 1}, found {text}");
}
