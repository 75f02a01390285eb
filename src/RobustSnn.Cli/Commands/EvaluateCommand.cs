using System.Collections.Immutable;
using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Cpu;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate</c>: accuracy of a network, clean and under attack.</summary>
internal static class EvaluateCommand
{
    // Of the presets: which images a part of a data set is, and the attacks' draws.
    private const ulong Seed = 1;

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run." };
        var attack = new Option<string>("--attack")
        {
            Description = "clean, fgsm, rfgsm, pgd, pgd<n>, apgd-ce or apgd-dlr; each but clean also with _ens, over the 19 gradient estimators.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "pgd",
        };
        var epsilon = CommonOptions.Pixels("--epsilon", "Radius of the attack in pixel units.", PixelFraction.Of255(8));
        var steps = CommonOptions.OptionalWhole("--steps", "N", "Steps of PGD or APGD. [default: 10]", 1);
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image; 0 runs the ANN. The checkpoint's where left out.", 0);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command(
            "evaluate",
            "Measures a network's accuracy on test images, clean and under an attack.\n"
            + "Example: rsnn evaluate runs/small/finetuned-snn.safetensors --attack pgd_ens --epsilon 2/255 --samples 500")
        {
            checkpoint, attack, epsilon, steps, samples, data, timesteps, batch, threads, json,
        };
        command.SetAction(parsed =>
        {
            EnsembleAttack chosen = AttackArgument.Parse(parsed.GetRequiredValue(attack), parsed.GetValue(steps));
            using var backend = new CpuBackend(parsed.GetValue(threads));
            string path = parsed.GetRequiredValue(checkpoint);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                if (RunningStatistics.AreReset(loaded.Model))
                {
                    throw new BadInputException(
                        $"{path}: expected a trained network, found one whose BatchNorm statistics conversion has reset; finetuning estimates "
                        + "them. Evaluate the finetuned checkpoint; the run's own table has a row for the network as converted");
                }

                ImageSamples images = TestImages(path, loaded, parsed.GetValue(data), parsed.GetValue(samples));
                var options = new EvaluationOptions(
                    parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, Math.Min(parsed.GetValue(batch), images.Count),
                    (float)parsed.GetValue(epsilon).Value, Seed);
                using var evaluation = new Evaluation(loaded.Model, options);
                EvaluationResult result = EvaluationReport.Watch(
                    terminal, progress => evaluation.Run(images, [chosen], progress, cancellation));
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(result));
                }
                else
                {
                    EvaluationReport.Write(terminal, result, parsed.GetValue(epsilon));
                }
            }
        });
        return command;
    }

    private static ImageSamples TestImages(string path, LoadedModel loaded, string? data, int? samples)
    {
        // Only test images are wanted: those to train on are drawn, too, so let them be few.
        Shapes10Settings shapes = Shapes10Settings.Default with { TrainCount = 1 };
        DataSet set = DataSource.OpenFor(
            data, loaded.Info.DataSet, shapes with { TestCount = Math.Max(samples ?? 0, shapes.TestCount) });
        Network network = loaded.Model.Network;
        if (!set.Test.ImageShape.Equals(network.Input) || set.Test.Classes != network.Classes)
        {
            throw new BadInputException(
                $"{path}: the network expects {network.Input} images of {network.Classes} classes, found {set.Test.ImageShape} of "
                + $"{set.Test.Classes} in {set.Test.Name}. Give the data set that it was trained on by --data.");
        }

        if (samples > set.Test.Count)
        {
            throw new BadInputException($"--samples: expected at most the {set.Test.Count} images of {set.Test.Name}, found {samples}");
        }

        ImmutableArray<int> indices = samples is { } count && count < set.Test.Count
            ? DataSplit.Stratified(set.Test, count, Seed).Validation
            : [.. Enumerable.Range(0, set.Test.Count)];
        return new ImageSamples(set.Test, indices);
    }
}
