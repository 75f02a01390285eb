using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Conformance;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn conformance</c>: recomputes golden cases and compares.</summary>
internal static class ConformanceCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Golden .safetensors files, .pth files with such a neighbour, or folders of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var sparse = new Option<bool>("--sparse")
        {
            Description = "Prune small weights, and compare the sparse network with the same one in dense tensors instead of the case's numbers.",
        };
        var cut = CommonOptions.OptionalNumber(
            "--cut", "MAGNITUDE",
            $"With --sparse: prune weights of a smaller magnitude. [default: the smallest {Format.Percent(WeightCut.DefaultSparsity)} of each layer]");
        var device = new DeviceOptions();
        var json = CommonOptions.Json();
        var command = new Command(
            "conformance",
            "Recomputes everything in golden cases and compares; exit code 0 only if all agree.\n"
            + "Example: rsnn conformance golden/\n         rsnn conformance golden/ --sparse")
        {
            paths, sparse, cut, device.Backend, device.Threads, device.Precision, json,
        };
        command.SetAction(parsed =>
        {
            WeightCut? pruning = Pruning(parsed.GetValue(sparse), (float?)parsed.GetValue(cut));

            // All are read before the first is run, so that a bad file is refused at once.
            var cases = GoldenFiles.Find(parsed.GetRequiredValue(paths)).Select(path => (Path: path, Golden: Read(path))).ToArray();
            using var backend = device.Open(parsed);
            var results = new List<CaseResult>();
            foreach ((string path, GoldenCase golden) in cases)
            {
                var result = new CaseResult(path, Run(golden, backend, pruning, cancellation));
                results.Add(result);
                if (!parsed.GetValue(json))
                {
                    Print(terminal, result, golden);
                }
            }

            bool pass = results.All(result => result.Pass);
            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine(Format.Json(new { Backend = backend.Name, Pass = pass, Cases = results }));
            }
            else
            {
                terminal.Output.WriteLine(pass
                    ? $"all {results.Count} cases pass ({results.Sum(result => result.Groups.Count)} groups of tensors)"
                    : $"{results.Count(result => !result.Pass)} of {results.Count} cases fail "
                    + $"({results.Sum(result => result.Groups.Count(row => !row.Pass))} groups of tensors)");
            }

            return pass ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static WeightCut? Pruning(bool sparse, float? cut) => (sparse, cut) switch
    {
        (false, null) => null,
        (false, _) => throw new BadInputException("--cut: says what --sparse prunes; expected it together with --sparse"),
        (true, { } magnitude) when !(magnitude > 0 && float.IsFinite(magnitude)) => throw new BadInputException(
            $"--cut: expected a magnitude above 0, e.g. 0.05, found {magnitude}"),
        _ => new WeightCut(cut),
    };

    private static GoldenCase Read(string path)
    {
        GoldenCase golden = GoldenFiles.Read(path);
        try
        {
            // Touches every key without which there is no network to compare with, or nobody knows what to compare.
            _ = (ConformanceRunner.GroupsOf(golden), golden.Architecture, golden.Timesteps, golden.InputSize, golden.Batch, golden.Neurons, golden.Mean, golden.Deviation);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{path}: not a golden case: {mistake.Message}", mistake);
        }

        return golden;
    }

    private static IReadOnlyList<ConformanceRow> Run(GoldenCase golden, IBackend backend, WeightCut? pruning, CancellationToken cancellation)
    {
        using var runner = new ConformanceRunner(golden, backend, pruning);
        var rows = new List<ConformanceRow>();
        foreach (string group in runner.Groups)
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(runner.Check(group));
        }

        return rows;
    }

    private static void Print(Terminal terminal, CaseResult result, GoldenCase golden)
    {
        terminal.Output.WriteLine($"{result.Path}: {golden.Architecture}, T = {golden.Timesteps}");
        terminal.WriteTable(
            ["group", "worst error", "tolerance", "result", "detail"],
            [.. result.Groups.Select(row => (IReadOnlyList<string>)
                [row.Group, Format.Small(row.WorstError), Format.Small(row.Tolerance), row.Pass ? "pass" : "FAIL", row.Detail])]);
        foreach (ConformanceRow row in result.Groups.Where(row => row.Forgiven.Length > 0))
        {
            terminal.Output.WriteLine($"{row.Group}: {row.Forgiven}");
        }

        terminal.Output.WriteLine();
    }

    private sealed record CaseResult(string Path, IReadOnlyList<ConformanceRow> Groups)
    {
        public bool Pass => Groups.All(row => row.Pass);
    }
}
