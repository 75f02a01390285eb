using System.Text.Json;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>A figure over the seeds of a sweep.</summary>
/// <param name="Mean">Over the seeds that are done.</param>
/// <param name="Deviation">The standard deviation (n − 1); null for one seed.</param>
public readonly record struct SeedFigure(double Mean, double? Deviation)
{
    /// <summary>Of at least one value.</summary>
    public static SeedFigure Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return new SeedFigure(mean, values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null);
    }
}

/// <summary>A network of a sweep, over its seeds.</summary>
/// <param name="Run">The run's label.</param>
/// <param name="Seeds">Seeds that are in the figures.</param>
/// <param name="Attacks">Accuracy under each attack.</param>
/// <param name="SpikesPerImage">Null for an ANN.</param>
/// <param name="OperationsPerImage">Equation 12 without E_AC (METHODS 9); null where it was not counted.</param>
/// <param name="FirstOverThis">
/// How many times these operations the network of the same stage takes in the sweep's first run, with the same seed: where that is the dense
/// network, P2's table 3. Null where
/// either was not counted.
/// </param>
public sealed record SweepRow(
    string Run, string Network, IReadOnlyList<ulong> Seeds, SeedFigure Clean, IReadOnlyDictionary<string, SeedFigure> Attacks,
    double WeightsKeptShare, SeedFigure? SpikesPerImage, SeedFigure? OperationsPerImage, SeedFigure? FirstOverThis);

/// <summary>What a sweep found: sweep.json. Written after every run.</summary>
/// <param name="Unfinished">Runs that are not done, and why: their folder and a sentence.</param>
public sealed record SweepResults(string Name, string Version, IReadOnlyList<SweepRow> Rows, IReadOnlyDictionary<string, string> Unfinished)
{
    /// <summary>What to beware of in runs that are in the table: their folder and sentences.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Warnings { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>One row for each network of each label, in the order of the sweep.</summary>
    internal static SweepResults Of(
        Sweep sweep, IReadOnlyDictionary<string, RunResults> done, IReadOnlyDictionary<string, string> unfinished)
    {
        var first = sweep.Runs[0].Label;
        double? Operations(string label, ulong seed, string network) =>
            sweep.Runs.FirstOrDefault(run => run.Label == label && run.Seed == seed) is { } run && done.TryGetValue(run.Folder, out var results)
                ? results.Energy.FirstOrDefault(energy => EvaluatedNetworks.StageOf(energy.Network) == EvaluatedNetworks.StageOf(network))
                    ?.Measured.Clean.Operations
                : null;

        var rows = from label in sweep.Runs.GroupBy(run => run.Label)
                   let runs = label.Where(run => done.ContainsKey(run.Folder)).ToArray()
                   from network in runs.SelectMany(run => done[run.Folder].Rows.Select(row => row.Network)).Distinct()
                   let found = runs.Select(run => (run.Seed, Row: done[run.Folder].Rows.FirstOrDefault(row => row.Network == network)))
                       .Where(each => each.Row is not null).Select(each => (each.Seed, Row: each.Row!)).ToArray()
                   let operations = found.Select(each => Operations(label.Key, each.Seed, network)).ToArray()
                   let ratios = found.Zip(operations, (each, own) => Operations(first, each.Seed, network) / own).ToArray()
                   select Row(label.Key, network, found) with { OperationsPerImage = Figure(operations), FirstOverThis = Figure(ratios) };
        return new SweepResults(sweep.Name, RunResults.ProgramVersion, [.. rows], unfinished)
        {
            Warnings = done.Where(run => run.Value.Warnings.Count > 0).ToDictionary(run => run.Key, run => run.Value.Warnings),
        };
    }

    /// <summary>Over the seeds, where every one has a finite value.</summary>
    private static SeedFigure? Figure(IReadOnlyList<double?> values) =>
        values.All(value => value is { } number && double.IsFinite(number)) ? SeedFigure.Of([.. values.Select(value => value!.Value)]) : null;

    /// <exception cref="BadInputException">The file is not of a sweep's results.</exception>
    internal static SweepResults Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<SweepResults>(InputFile.Text(path), RunResults.Format) is { Name: not null, Rows: not null, Unfinished: not null, Warnings: not null } results
                ? results
                : throw new BadInputException($"{path}: expected the results of a sweep, found none. Give another folder, or remove the file");
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"{path}: cannot be read as the results of a sweep: {exception.Message}", exception);
        }
    }

    internal void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, RunResults.Format) + "\n");

    private static SweepRow Row(string label, string network, (ulong Seed, RunRow Row)[] found)
    {
        var attacks = found.SelectMany(each => each.Row.Attacks.Keys).Distinct().ToDictionary(
            attack => attack,
            attack => SeedFigure.Of([.. found.Where(each => each.Row.Attacks.ContainsKey(attack)).Select(each => each.Row.Attacks[attack])]));
        return new SweepRow(label, network, [.. found.Select(each => each.Seed)], SeedFigure.Of([.. found.Select(each => each.Row.Clean)]), attacks,
            found.Average(each => (double)each.Row.WeightsKept / each.Row.WeightsTotal),
            found.All(each => each.Row.SpikesPerImage is not null) ? SeedFigure.Of([.. found.Select(each => each.Row.SpikesPerImage!.Value)]) : null,
            null, null);
    }
}
