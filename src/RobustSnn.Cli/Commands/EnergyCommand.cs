using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.FixedPoint;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn energy</c>: what a network's spikes cost, counted, and what it stores; on a card that counts its energy, what it takes for them.</summary>
internal static class EnergyCommand
{
    private const string UsualEpsilon = "8/255";

    /// <param name="times">How long a card is watched.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation, MeasuringTimes times)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a spiking network." };
        var against = new Option<string?>("--against")
        {
            Description = "Another spiking network, on the same images: the dense one whose energy over this one's P2's Table 3 gives.",
            HelpName = "CHECKPOINT",
        };
        var attack = new Option<string?>("--attack")
        {
            Description = "Also count under an attack: one of those of rsnn evaluate, with one gradient estimator. Every image counts as the attack "
                + "leaves it: changed, fooled or not; square, fab and fab-t leave unchanged those that are misclassified already and those that they do not fool.",
            HelpName = "NAME",
        };
        var epsilon = new Option<string?>("--epsilon")
        {
            Description = $"Radius of the attack: 8/255 or 0.03 in pixel units (L∞), or l2:0.5. [default: {UsualEpsilon}]",
            HelpName = UsualEpsilon,
        };
        var classes = CommonOptions.MapClasses();
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image. The checkpoint's where left out.", 1);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var fixedPoint = FixedPointOption.One(
            "Also count for the network in integers, its weights rounded to so many bits, each to the nearest: its own spikes, additions and their widths, "
            + "picojoules under assumptions, bytes a connection.");
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var command = new Command(
            "energy",
            "Counts what a network's spikes cost: each spike times the connections that exist behind it (P2's equation 12); and what it stores. "
            + "With --backend cuda it also measures, some minutes, what the card takes for a batch of the images again and again.\n"
            + "Example: rsnn energy runs/small/finetuned-snn.safetensors --attack pgd10 --epsilon 8/255 --samples 500")
        {
            checkpoint, against, attack, epsilon, samples, data, classes, timesteps, batch, fixedPoint, device.Backend, device.Threads, device.Precision, json,
        };
        command.SetAction(parsed =>
        {
            AttackBudget? budget = Budget(parsed.GetValue(epsilon), parsed.GetValue(attack));
            AttackInBudget? asked = parsed.GetValue(attack) is { } name
                ? new AttackInBudget(AttackCatalogue.Parse(name), budget!.Value.Value)
                : null;
            using IBackend backend = device.Open(parsed);
            string path = parsed.GetRequiredValue(checkpoint);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                EnergyMeasurement energy = Measure(path, loaded, parsed.GetValue(data), asked);
                EnergyComparison? comparison = null;
                if (parsed.GetValue(against) is { } otherPath)
                {
                    LoadedModel other = ModelFile.Load(otherPath, backend);
                    using (other.Model)
                    {
                        // of the same images, even where its own data set is another
                        EnergyResult clean = Measure(otherPath, other, parsed.GetValue(data) ?? loaded.Info.DataSet, null).Clean;
                        comparison = new EnergyComparison(otherPath, clean, clean.Operations / energy.Clean.Operations);
                    }
                }

                EnergyEstimate estimate = EnergyEstimate.Of(energy.Clean, EnergyAssumptions.Horowitz);
                var document = new EnergyDocument(
                    energy.Clean, energy.Attack, asked is null ? null : budget.ToString(), energy.Attacked, estimate,
                    energy.Attacked is { } attacked ? EnergyEstimate.Of(attacked, EnergyAssumptions.Horowitz) : null,
                    StoredMemory.Of(loaded.Model), comparison,
                    parsed.GetValue(fixedPoint) is { } bits ? InIntegers(path, loaded, bits, asked, estimate) : null, Load(path, loaded), EnergyMeter.WhyNot(backend));
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(document));
                }
                else
                {
                    EnergyReport.Write(terminal, document);
                }
            }

            ImageSamples Images(string file, LoadedModel network, string? dataSet) => TestImages.Open(
                file, network, dataSet, parsed.GetValue(samples), parsed.GetValue(classes), terminal, cancellation);

            MeasuredEnergy? Load(string file, LoadedModel network)
            {
                if (EnergyMeter.WhyNot(backend) is not null)
                {
                    return null;
                }

                ImageSamples images = Images(file, network, parsed.GetValue(data));
                int size = network.Model.PixelCount;
                var pixels = new float[Math.Min(parsed.GetValue(batch), images.Count) * size];
                for (int i = 0; i < pixels.Length / size; i++)
                {
                    images.Read(i, pixels.AsSpan(i * size, size));
                }

                try
                {
                    return new EnergyMeter(times).Measure(
                        network.Model, pixels, parsed.GetValue(timesteps) ?? network.Info.Timesteps,
                        what => terminal.Error.WriteLine($"energy: measuring what the card takes: {what}"), cancellation);
                }
                catch (BadInputException) when (EnergyMeter.WhyNot(backend) is not null)
                {
                    return null; // the counter failed on the way: what was counted is told nevertheless, with the reason
                }
            }

            EvaluationOptions Options(LoadedModel network, ImageSamples images) => new(
                parsed.GetValue(timesteps) ?? network.Info.Timesteps, Math.Min(parsed.GetValue(batch), images.Count), TestImages.Seed);

            FixedPointEnergy InIntegers(string file, LoadedModel network, int width, AttackInBudget? attacked, EnergyEstimate floats)
            {
                ImageSamples images = Images(file, network, parsed.GetValue(data));
                EvaluationOptions options = Options(network, images);
                try
                {
                    FixedPointNetwork integers = Quantiser.Quantise(network.Model, options.Timesteps, new QuantiserSettings(width), cancellation).Network;
                    using var classifier = new FixedPointClassifier(integers, network.Model, options.Batch, parsed.GetValue(device.Threads));
                    using var account = new EnergyAccount(classifier, options);
                    EnergyMeasurement measured = EvaluationReport.Watch(
                        terminal, command.Name, progress => account.Run(images, attacked, progress, cancellation));
                    IntegerEstimate estimate = IntegerEstimate.Of(measured.Clean, integers, IntegerPrices.Horowitz);
                    return new FixedPointEnergy(
                        width, measured.Clean, measured.Attacked, estimate,
                        measured.Attacked is { } under ? IntegerEstimate.Of(under, integers, IntegerPrices.Horowitz) : null,
                        integers.Connections, classifier.BytesPerConnection, floats.Snn.ArithmeticPicojoules / estimate.Picojoules);
                }
                catch (BadInputException mistake)
                {
                    throw new BadInputException($"{file}: {FixedPointOption.Name} {width}: {mistake.Message}", mistake);
                }
            }

            EnergyMeasurement Measure(string file, LoadedModel network, string? dataSet, AttackInBudget? attacked)
            {
                TestImages.RequireEvaluable(file, network.Model);
                ImageSamples images = Images(file, network, dataSet);
                try
                {
                    using var account = new EnergyAccount(network.Model, Options(network, images));
                    return EvaluationReport.Watch(terminal, command.Name, progress => account.Run(images, attacked, progress, cancellation));
                }
                catch (BadInputException mistake)
                {
                    throw new BadInputException($"{file}: {mistake.Message}", mistake);
                }
            }
        });
        return command;
    }

    private static AttackBudget? Budget(string? text, string? attack)
    {
        if (attack is null)
        {
            return text is null
                ? null
                : throw new BadInputException($"--epsilon: expected with --attack, whose radius it is, found '{text}' alone");
        }

        return AttackBudget.Parse("--epsilon", text ?? UsualEpsilon);
    }
}
