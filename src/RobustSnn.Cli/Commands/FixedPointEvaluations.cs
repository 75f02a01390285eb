using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Evaluations;
using RobustSnn.Experiments.Settings;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.FixedPoint;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate --fixed-point</c>: a network in floats and in integers of several widths, on the same images under the same attacks.</summary>
internal static class FixedPointEvaluations
{
    /// <param name="request">Of the network in floats.</param>
    /// <param name="bits">Of the networks in integers, in order.</param>
    /// <param name="threads">As <see cref="DeviceOptions.Threads"/>.</param>
    /// <param name="budgets">Radii as they were written.</param>
    /// <returns>The command's exit code.</returns>
    /// <exception cref="BadInputException">The network cannot be computed in integers of some of these bits, or as <see cref="NetworkEvaluation.Run"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static int Write(Terminal terminal, string command, EvaluationRequest request, int[] bits, int threads, IReadOnlyList<AttackBudget> budgets, bool asJson,
        CancellationToken cancellation)
    {
        // All of them before the first evaluation: what cannot be quantised is said at once.
        (int Bits, FixedPointNetwork Network)[] networks = [.. bits.Select(each => (each, Quantise(request, each, cancellation)))];
        EvaluationResult floats = WatchedEvaluation.Run(terminal, command, request, cancellation).Result;
        var costs = new List<FixedPointCost>();
        foreach (var (width, network) in networks)
        {
            string? ledger = request.Ledger is { } ofFloats ? OfBits(ofFloats, width) : null;
            EvaluationRequest deployed = request with
            {
                FixedPoint = new DeployedInteger(network, width, threads),
                Ledger = ledger,
                Resumes = request.Resumes && File.Exists(ledger), // what was broken off may not have come to these bits
                ImagesFolder = request.ImagesFolder is { } folder ? Path.Combine(folder, Words(width)) : null,
            };
            costs.Add(FixedPointCost.Of(width, floats, WatchedEvaluation.Run(terminal, command, deployed, cancellation).Result));
        }

        if (asJson)
        {
            terminal.Output.WriteLine(Format.Json(floats, ("test_images", request.Data.Test.Count), ("fixed_point", costs)));
        }
        else
        {
            EvaluationReport.Write(terminal, floats, budgets, request.Data.Test.Count, spread: null);
            terminal.Output.WriteLine();
            FixedPointReport.Write(terminal, floats, costs, budgets);
        }

        return floats.HasVoid || costs.Exists(cost => cost.Result.HasVoid) ? ExitCode.Failed : ExitCode.Success;
    }

    private static FixedPointNetwork Quantise(EvaluationRequest request, int bits, CancellationToken cancellation)
    {
        try
        {
            return Quantiser.Quantise(request.Model, request.Options.Timesteps, new QuantiserSettings(bits), cancellation).Network;
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{request.Checkpoint}: {FixedPointOption.Name} {bits}: {mistake.Message}", mistake);
        }
    }

    /// <summary>strict.jsonl becomes strict.8-bits.jsonl.</summary>
    private static string OfBits(string path, int bits) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.{Words(bits)}{Path.GetExtension(path)}");

    private static string Words(int bits) => $"{bits}-bits";
}
