using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Cpu;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate</c>: accuracy of a network, clean and under attack.</summary>
internal static class EvaluateCommand
{
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
                TestImages.RequireEvaluable(path, loaded.Model);
                ImageSamples images = TestImages.Open(path, loaded, parsed.GetValue(data), parsed.GetValue(samples), terminal, cancellation);
                var options = new EvaluationOptions(
                    parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, Math.Min(parsed.GetValue(batch), images.Count),
                    (float)parsed.GetValue(epsilon).Value, TestImages.Seed);
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
}
