using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn quantise</c>: a spiking network in integers.</summary>
internal static class QuantiseCommand
{
    private const int FewImages = 64;

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a spiking network." };
        var bits = new Option<int>("--bits") { Description = "Of the weights, 2 to 16.", HelpName = "N", Required = true, CustomParser = Whole };
        var layerBits = new Option<string[]>("--layer-bits")
        {
            Description = "Of the weights of single layers.",
            HelpName = "NAME=N",
            AllowMultipleArgumentsPerToken = true,
        };
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var samples = CommonOptions.Whole(
            "--samples", "N", "Training images on which the error of the currents is made small; 0 rounds to the nearest, without any.", 0, FewImages);
        var output = new Option<string>("--out") { Description = "The quantised checkpoint to write.", HelpName = "FILE", Required = true };
        var json = CommonOptions.Json();
        var command = new Command(
            "quantise",
            "Brings a spiking network to integers: weights, biases and thresholds, with proof that no sum leaves 32 bits.\n"
            + "Example: rsnn quantise runs/small/finetuned-snn.safetensors --bits 8 --out snn-8.safetensors")
        {
            checkpoint, bits, layerBits, data, samples, output, json,
        };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(checkpoint);
            string target = parsed.GetRequiredValue(output);
            InputPath.RequireApart(source, target);
            var settings = new QuantiserSettings(parsed.GetValue(bits), LayerBits(parsed.GetValue(layerBits) ?? []));
            using var backend = Backends.Open();
            LoadedModel loaded = ModelFile.Load(source, backend);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(source, loaded.Model);
                Quantiser.Require(loaded.Model, loaded.Info.Timesteps, settings);
                int count = parsed.GetValue(samples);
                if (count > 0)
                {
                    settings = settings with { Images = CalibrationImages.Read(source, loaded, parsed.GetValue(data), count, terminal, cancellation) };
                }
                else if (parsed.GetValue(data) is not null)
                {
                    throw new BadInputException("--data: expected with --samples above 0, found 0: no image is read");
                }

                QuantisedNetwork quantised = Quantiser.Quantise(loaded.Model, loaded.Info.Timesteps, settings, cancellation);
                QuantisedFile.Save(target, quantised.Network, loaded.Info, source);
                QuantiseReport report = Report(loaded, quantised, count, target);
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(report));
                }
                else
                {
                    report.Write(terminal);
                }
            }
        });
        return command;
    }

    private static QuantiseReport Report(LoadedModel source, QuantisedNetwork quantised, int images, string path) => new(
        path, source.Model.Network.Architecture, source.Info.Timesteps, images, quantised.Layers, quantised.Others,
        quantised.Layers.Sum(layer => (long)layer.Connections), QuantisedFile.WeightBytes(quantised.Network),
        StoredMemory.Of(source.Model).Parameters.Where(parameter => parameter.IsWeight).Sum(parameter => parameter.Bytes));

    /// <summary>The range is the quantiser's to refuse, as that of single layers.</summary>
    private static int Whole(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            result.AddError($"--bits: expected a whole number, found '{text}'");
        }

        return value;
    }

    private static Dictionary<string, int> LayerBits(string[] texts)
    {
        var bits = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.LastIndexOf('=');
            if (equals < 1 || !int.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                throw new BadInputException($"--layer-bits: expected a layer and its bits, e.g. features.0=16, found '{text}'");
            }

            if (!bits.TryAdd(text[..equals], value))
            {
                throw new BadInputException($"--layer-bits: expected each layer once, found {text[..equals]} twice");
            }
        }

        return bits;
    }
}
