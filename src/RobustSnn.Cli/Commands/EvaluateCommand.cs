using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Evaluations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Shards;
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
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run, a network in integers (rsnn quantise), or a file of the papers' reference." };
        var attacks = new EvaluateOptions();
        var foreign = new ForeignOptions();
        var classes = CommonOptions.MapClasses();
        var samples = CommonOptions.OptionalWhole("--samples", "N", "Test images, evenly over the classes; all where left out.", 1);
        var data = new Option<string?>("--data") { Description = "A data set by name or folder; the network's own where left out.", HelpName = "NAME|DIR" };
        var timesteps = CommonOptions.OptionalWhole("--timesteps", "T", "Steps an image; 0 runs the ANN. The checkpoint's where left out.", 0);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 64);
        var seed = CommonOptions.Whole("--seed", "N", "Of the attacks' draws.", 0, (int)TestImages.Seed);
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var command = new Command(
            "evaluate",
            "Measures a network's accuracy on test images, clean and under attacks.\n"
            + "Example: rsnn evaluate runs/small/finetuned-snn.safetensors --attack pgd_ens --epsilon 2/255 --samples 500")
        {
            checkpoint, samples, data, classes, timesteps, batch, seed, device.Backend, device.Threads, device.Precision, json,
        };
        foreach (Option option in attacks.All.Concat(foreign.All))
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            attacks.Require(parsed);
            AttackBudget[] budgets = attacks.Budgets(parsed);
            bool stopsEarly = attacks.StopsEarly(parsed);
            CurveAxis? axis = attacks.CurveOf(parsed);
            Shard? part = ShardOption.Read(parsed, attacks.Shard);
            using IBackend backend = device.Open(parsed);
            string path = parsed.GetRequiredValue(checkpoint);
            LoadedQuantised? quantised = Quantised(path, parsed.GetValue(attacks.Gradients), parsed.GetValue(timesteps), parsed.GetValue(attacks.FixedPoint) is { Length: > 0 });
            string floats = quantised is null ? path : parsed.GetRequiredValue(attacks.Gradients)!;
            LoadedModel loaded = foreign.Load(parsed, floats, backend, parsed.GetValue(timesteps), terminal);
            using (loaded.Model)
            {
                TestImages.RequireEvaluable(floats, loaded.Model);
                List<string> leftOut = [];
                AttackInBudget[] asked = attacks.Asked(parsed, loaded.Model.Network.Classes, leftOut);
                leftOut.ForEach(terminal.Error.WriteLine);
                DataSet set = TestImages.OpenSetFor(loaded, parsed.GetValue(data), parsed.GetValue(samples), parsed.GetValue(classes), cancellation);
                ImageSamples chosen = TestImages.Of(path, loaded, set, parsed.GetValue(samples), parsed.GetValue(classes), terminal);
                using var origins = Origins.Load(parsed.GetValue(attacks.Transfer) ?? [], backend);
                var options = new EvaluationOptions(
                    quantised?.Network.Timesteps ?? parsed.GetValue(timesteps) ?? loaded.Info.Timesteps, parsed.GetValue(batch), (ulong)parsed.GetValue(seed), stopsEarly);
                var request = new EvaluationRequest(path, loaded.Model, set, chosen, asked, options)
                {
                    FixedPoint = quantised is null ? null : new DeployedInteger(quantised.Network, Bits: null, parsed.GetValue(device.Threads)),
                    Origins = origins.All,
                    Ledger = parsed.GetValue(attacks.Ledger),
                    Resumes = parsed.GetValue(attacks.Resume),
                    Shard = part,
                    ImagesFolder = parsed.GetValue(attacks.SaveImages),
                };
                if (parsed.GetValue(attacks.FixedPoint) is { Length: > 0 } bits)
                {
                    return FixedPointEvaluations.Write(
                        terminal, command.Name, request, bits, parsed.GetValue(device.Threads), budgets, parsed.GetValue(json), cancellation);
                }

                if (axis is { } along)
                {
                    return Curves.Write(terminal, command.Name, attacks.FirstAttack(parsed), along, asked[0], request, parsed.GetValue(json), cancellation);
                }

                EvaluatedNetwork[] evaluated =
                [
                    .. Enumerable.Range(0, parsed.GetValue(attacks.Seeds) ?? 1).Select(i => WatchedEvaluation.Run(
                        terminal, command.Name, request with { Options = options with { Seed = options.Seed + (ulong)i } }, cancellation)),
                ];
                SeedSpread? spread = evaluated.Length > 1 ? SeedSpread.Of([.. evaluated.Select(each => each.Result)]) : null;
                EvaluatedNetwork first = evaluated[0];
                DiagnosisReport? diagnosis = attacks.Diagnoses(parsed) ? Diagnose(
                    terminal, first, request, loaded.Info.Stage == ForeignOptions.Stage ? null : GradientEstimator.Default, cancellation) : null;
                if (parsed.GetValue(json))
                {
                    terminal.Output.WriteLine(Format.Json(first.Result, ("test_images", set.Test.Count), ("diagnosis", diagnosis), ("seeds", spread)));
                }
                else
                {
                    EvaluationReport.Write(terminal, first.Result, budgets, set.Test.Count, spread);
                    EvaluationReport.Write(terminal, diagnosis);
                }

                return evaluated.Any(each => each.Result.HasVoid) ? ExitCode.Failed : ExitCode.Success;
            }
        });
        return command;
    }

    /// <summary>The network in integers that is asked about, with its origin seen to; null where it is one in floats.</summary>
    private static LoadedQuantised? Quantised(string path, string? gradients, int? timesteps, bool isToBeQuantised)
    {
        if (QuantisedCheckpoint.TryLoad(path, timesteps) is not { } quantised)
        {
            return gradients is null
                ? null
                : throw new BadInputException($"{QuantisedCheckpoint.Gradients}: expected with a network in integers, as rsnn quantise writes it, found {path}, which is none");
        }

        if (isToBeQuantised)
        {
            throw new BadInputException($"{FixedPointOption.Name}: expected with a network in floats, found {path}, which is in integers already");
        }

        QuantisedCheckpoint.RequireOrigin(path, quantised, gradients);
        return quantised;
    }

    private static DiagnosisReport Diagnose(
        Terminal terminal, EvaluatedNetwork evaluated, EvaluationRequest request, GradientEstimator? trainedWith, CancellationToken cancellation)
    {
        using IClassifier classifier = NetworkEvaluation.Classify(request);

        // A network in integers has one T, for which its sums are proved.
        Func<int, int, IClassifier>? others = request.FixedPoint is null ? (batch, timesteps) => new Classifier(request.Model, batch, timesteps) : null;
        var options = new DiagnosisOptions(evaluated.Result.Attacks[0].Budget, request.Options.Seed, trainedWith);
        return EvaluationReport.WatchDiagnosis(terminal, progress => EvaluationDiagnosis.Run(
            classifier, others, evaluated.Images, evaluated.Result, evaluated.Ledger, options,
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
