using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Evaluations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate</c>: accuracy of a network, clean and under attack.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run, or a file of the papers' reference." };
        var attacks = new EvaluateOptions();
        var classes = CommonOptions.MapClasses();
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image; 0 runs the ANN. The checkpoint's where left out.", 0);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var seed = CommonOptions.Whole("--seed", "N", "Of the attacks' draws.", 0, (int)TestImages.Seed);
        var ledger = new Option<string?>("--ledger")
        {
            Description = "Write what is found out, image by image and attack by attack, while the evaluation runs; rsnn ledger reads it.",
            HelpName = "FILE",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with that ledger." };
        var shard = new Option<string?>("--shard")
        {
            Description = "Evaluate one part of the images: 3/16 is the third of sixteen. The parts' ledgers merge (rsnn ledger) to that of the whole.",
            HelpName = "K/N",
        };
        var images = new Option<string?>("--save-images") { Description = "Write the adversarial images that were found to a new folder.", HelpName = "DIR" };
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var command = new Command(
            "evaluate",
            "Measures a network's accuracy on test images, clean and under attacks.\n"
            + "Example: rsnn evaluate runs/small/finetuned-snn.safetensors --attack pgd_ens --epsilon 2/255 --samples 500")
        {
            checkpoint, samples, data, classes, timesteps, batch, seed, ledger, resume, shard, images, device.Backend, device.Threads, json,
        };
        foreach (Option option in attacks.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            if (parsed.GetValue(resume) && parsed.GetValue(ledger) is null)
            {
                throw new BadInputException("--resume: expected with --ledger, the evaluation to go on with, found it alone");
            }

            AttackBudget[] budgets = attacks.Budgets(parsed);
            bool stopsEarly = attacks.StopsEarly(parsed);
            Shard? part = parsed.GetValue(shard) is { } text ? Shard.Parse(text) : null;
            using IBackend backend = device.Open(parsed);
            string path = parsed.GetRequiredValue(checkpoint);
            LoadedModel loaded = ModelFile.Load(path, backend);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(path, loaded.Model);
                List<string> leftOut = [];
                AttackInBudget[] asked = attacks.Asked(parsed, loaded.Model.Network.Classes, leftOut);
                leftOut.ForEach(terminal.Error.WriteLine);
                DataSet set = TestImages.OpenSetFor(loaded, parsed.GetValue(data), parsed.GetValue(samples), parsed.GetValue(classes), cancellation);
                ImageSamples chosen = TestImages.Of(path, loaded, set, parsed.GetValue(samples), parsed.GetValue(classes), terminal);
                using var origins = Origins.Load(parsed.GetValue(attacks.Transfer) ?? [], backend);
                var options = new EvaluationOptions(
                    parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, parsed.GetValue(batch), (ulong)parsed.GetValue(seed), stopsEarly);
                var request = new EvaluationRequest(path, loaded.Model, set, chosen, asked, options)
                {
                    Origins = origins.All,
                    Ledger = parsed.GetValue(ledger),
                    Resumes = parsed.GetValue(resume),
                    Shard = part,
                    ImagesFolder = parsed.GetValue(images),
                };
                if (attacks.CurveOf(parsed) is { } axis)
                {
                    return Curves.Write(terminal, command.Name, attacks.FirstAttack(parsed), axis, asked[0], request, parsed.GetValue(json), cancellation);
                }

                EvaluatedNetwork evaluated = EvaluationReport.Watch(
                    terminal, command.Name, progress => NetworkEvaluation.Run(request, progress, cancellation));
                foreach (string note in evaluated.Notes)
                {
                    terminal.Error.WriteLine(note);
                }

                DiagnosisReport? diagnosis = attacks.Diagnoses(parsed) ? Diagnose(terminal, evaluated, request, cancellation) : null;
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(evaluated.Result, "diagnosis", diagnosis));
                }
                else
                {
                    EvaluationReport.Write(terminal, evaluated.Result, budgets, set.Test.Count);
                    EvaluationReport.Write(terminal, diagnosis);
                }

                return evaluated.Result.HasVoid ? ExitCode.Failed : ExitCode.Success;
            }
        });
        return command;
    }

    private static DiagnosisReport Diagnose(
        Terminal terminal, EvaluatedNetwork evaluated, EvaluationRequest request, CancellationToken cancellation)
    {
        using var classifier = new Classifier(request.Model, request.Options.Batch, request.Options.Timesteps);
        var options = new DiagnosisOptions(evaluated.Result.Attacks[0].Budget, request.Options.Seed, GradientEstimator.Default);
        return EvaluationReport.WatchDiagnosis(terminal, progress => EvaluationDiagnosis.Run(
            classifier, (batch, timesteps) => new Classifier(request.Model, batch, timesteps), evaluated.Images, evaluated.Result, evaluated.Ledger, options,
            progress, cancellation));
    }

    /// <summary>The networks that attacks are transferred from.</summary>
    private sealed class Origins : IDisposable
    {
        public List<AttackOrigin> All { get; } = [];

        /// <exception cref="BadInputException">A file is no checkpoint, or two have one name.</exception>
        public static Origins Load(IEnumerable<string> checkpoints, IBackend backend)
        {
            var origins = new Origins();
            try
            {
                foreach (string path in checkpoints)
                {
                    LoadedModel loaded = ModelFile.Load(path, backend);
                    origins.All.Add(new AttackOrigin(Path.GetFileNameWithoutExtension(path), path, loaded.Model, loaded.Info.Timesteps));
                    TestImages.RequireEvaluable(path, loaded.Model);
                }

                return origins;
            }
            catch
            {
                origins.Dispose();
                throw;
            }
        }

        public void Dispose() => All.ForEach(origin => origin.Model.Dispose());
    }
}
