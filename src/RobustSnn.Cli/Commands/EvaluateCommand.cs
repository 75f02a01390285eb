using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate</c>: accuracy of a network, clean and under attack.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run." };
        var attack = new Option<string[]>("--attack")
        {
            Description = $"One or several of clean, {AttackCatalogue.Known}, or pgd<n>; those that use gradients also with _ens, over the 19 gradient "
                + "estimators, or with surrogate=NAME in its brackets, by one of them or by ASSG: 'pgd10(surrogate=bptt.ASSG.0.425)'.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["pgd"],
        };
        var epsilon = new Option<string[]>("--epsilon")
        {
            Description = "Radii of the attacks, each of which is run in each: 8/255 or 0.03 in pixel units (L∞), or l2:0.5.",
            HelpName = "8/255",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["8/255"],
        };
        var steps = CommonOptions.OptionalWhole("--steps", "N", "Steps of all attacks, which must have some. [default: 10]", 1);
        var classes = CommonOptions.MapClasses();
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image; 0 runs the ANN. The checkpoint's where left out.", 0);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var command = new Command(
            "evaluate",
            "Measures a network's accuracy on test images, clean and under an attack.\n"
            + "Example: rsnn evaluate runs/small/finetuned-snn.safetensors --attack pgd_ens --epsilon 2/255 --samples 500")
        {
            checkpoint, attack, epsilon, steps, samples, data, classes, timesteps, batch, device.Backend, device.Threads, json,
        };
        command.SetAction(parsed =>
        {
            AttackBudget[] budgets = [.. parsed.GetRequiredValue(epsilon).Select(text => AttackBudget.TryParse(text, out AttackBudget budget)
                ? budget
                : throw new BadInputException($"--epsilon: expected a radius from 0 to 1 such as 8/255 or 0.03, or in L2 such as l2:0.5, found '{text}'"))];
            (EnsembleAttack Attack, AttackBudget Budget)[] asked = [.. parsed.GetRequiredValue(attack)
                .Select(name => Parse(name, parsed.GetValue(steps))).SelectMany(each => budgets.Select(budget => (each, budget)))];
            using var backend = device.Open(parsed);
            string path = parsed.GetRequiredValue(checkpoint);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(path, loaded.Model);
                ImageSamples images = TestImages.Open(path, loaded, parsed.GetValue(data), parsed.GetValue(samples), parsed.GetValue(classes),
                    terminal, cancellation);
                var options = new EvaluationOptions(
                    parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, Math.Min(parsed.GetValue(batch), images.Count), TestImages.Seed);
                using var evaluation = new Evaluation(loaded.Model, options);
                EvaluationResult result = EvaluationReport.Watch(
                    terminal, command.Name, progress => evaluation.Run(
                        images, [.. asked.Select(each => new AttackInBudget(each.Attack, each.Budget.Value))], progress, cancellation));
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(result));
                }
                else
                {
                    EvaluationReport.Write(terminal, result, budgets);
                }

                return result.HasVoid ? ExitCode.Failed : ExitCode.Success;
            }
        });
        return command;
    }

    private static EnsembleAttack Parse(string name, int? steps)
    {
        try
        {
            return AttackCatalogue.Parse(name, steps);
        }
        catch (BadInputException mistake) when (steps is not null)
        {
            throw new BadInputException($"--steps: {mistake.Message}");
        }
    }
}
