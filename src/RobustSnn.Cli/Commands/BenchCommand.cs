using System.CommandLine.Parsing;
using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn bench</c>: throughput of whole passes and training steps.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var architecture = new Option<string>("--architecture")
        {
            Description = "Network by its name.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "vgg16",
        };
        var phases = new Option<BenchPhase[]>("--phase")
        {
            Description = $"What to time: any of {string.Join(", ", BenchPhases.Names)}; all where left out.",
            HelpName = "NAME,...",
            CustomParser = Phases,
            Arity = ArgumentArity.OneOrMore,
        };
        var timesteps = CommonOptions.Whole("--timesteps", "T", "Steps an image; the ann phases have none.", 1, 8);
        var batch = CommonOptions.Whole("--batch", "N", "Images a pass.", 1, 32);
        var sparsity = CommonOptions.OptionalNumber("--sparsity", "SHARE", "Share of each layer's weights that is pruned.");
        var rate = new Option<string?>("--spike-rate")
        {
            Description = $"Set thresholds so that layers fire in that share of neuron-steps: one rate, one for each spiking layer, or {SpikeRates.Profile} "
                + "for rates that fall with depth and average 13 %. All thresholds are 1 where left out. Which kernels run depends on it.",
            HelpName = "R|LIST",
        };
        var bits = FixedPointOption.One(
            "Also time inference of the same network in integers, its weights rounded to so many bits, beside that in floats. Of the phase infer.");
        var device = new DeviceOptions();
        var warmUp = CommonOptions.Whole("--warm-up", "S", "Seconds of runs that are not timed before those that are, one run at least.", 0, 3);
        var repeat = CommonOptions.Whole("--repeat", "N", "Timed runs; their median counts.", 1, 3);
        var json = CommonOptions.Json();
        var command = new Command(
            "bench",
            "Times inference and training steps on random 32 × 32 images with random weights, and says which kernel computed each layer.\n"
            + "Example: rsnn bench --phase infer,trades --timesteps 8 --batch 32 --sparsity 0.9 --spike-rate p2")
        {
            architecture, phases, timesteps, batch, sparsity, rate, bits, device.Backend, device.Threads, device.Precision, warmUp, repeat, json,
        };
        command.SetAction(parsed =>
        {
            BenchPhase[] chosen = Chosen(parsed.GetValue(phases) ?? [], parsed.GetValue(bits));
            if (parsed.GetValue(bits) is not null)
            {
                FixedPointOption.RequireProcessor(FixedPointOption.Name, parsed.GetRequiredValue(device.Backend));
            }

            using var backend = device.Open(parsed);
            var setup = new BenchSetup(
                parsed.GetRequiredValue(architecture), parsed.GetValue(timesteps), parsed.GetValue(batch), parsed.GetValue(sparsity) ?? 0,
                parsed.GetValue(rate));
            var runs = new BenchRuns(TimeSpan.FromSeconds(parsed.GetValue(warmUp)), parsed.GetValue(repeat));
            using var bench = new Bench(setup, backend, cancellation);
            var report = new SortedDictionary<string, object>(StringComparer.Ordinal)
            {
                ["architecture"] = setup.Architecture,
                ["backend"] = backend.Name,
                ["batch"] = setup.Batch,
                ["repeat"] = runs.Count,
                ["sparsity"] = setup.Sparsity,
                ["threads"] = backend.Parallelism,
                ["timesteps"] = setup.Timesteps,
            };
            if (bench.Rates.Count > 0)
            {
                report["spike_rate"] = Math.Round(MeanRate(bench.Rates), 4);
                report["spike_rates"] = bench.Rates;
            }

            bool isJson = parsed.GetValue(json);
            if (!isJson)
            {
                terminal.Output.WriteLine(
                    $"{setup.Architecture}, T = {setup.Timesteps}, batch {setup.Batch}, sparsity {Format.Percent(setup.Sparsity)}, {backend.Name}");
            }

            FixedPointTiming inIntegers = default;
            double ratio = 0;
            var rows = new List<IReadOnlyList<string>>();
            var routes = new List<(string Phase, IReadOnlyList<LayerRoutes> Layers)>();
            foreach (BenchPhase phase in chosen)
            {
                string name = BenchPhases.NameOf(phase);
                PlanMemory memory = bench.Memory(phase);
                if (!isJson)
                {
                    WriteMemory(terminal, name, memory, backend.FreeBytes);
                }

                BenchTiming timing = bench.Run(phase, runs, cancellation);
                report[$"{name}_images_per_s"] = Math.Round(timing.ImagesPerSecond, 2);
                report[$"{name}_peak_bytes"] = memory.Total;
                report[$"{name}_bytes_per_connection"] = Math.Round(timing.BytesPerConnection, 3);
                report[$"{name}_routes"] = timing.Routes;
                if (timing.Traffic is { } traffic)
                {
                    report[$"{name}_traffic"] = traffic;
                }

                routes.Add((name, timing.Routes));
                rows.Add(
                [
                    name, Format.Number(timing.ImagesPerSecond, "0.00"), Format.Number(memory.Total, "0"),
                    timing.BytesPerConnection > 0 ? Format.Number(timing.BytesPerConnection, "0.00") : Format.Missing,
                    .. timing.Traffic is { } went
                        ? (string[])[Format.Count(went.Uploads), Format.Count(went.Uploaded), Format.Count(went.Downloads), Format.Count(went.Downloaded)]
                        : [],
                ]);
                if (parsed.GetValue(bits) is { } width)
                {
                    inIntegers = bench.InferInFixedPoint(width, runs, cancellation);
                    ratio = inIntegers.ImagesPerSecond / timing.ImagesPerSecond;
                    Report(report, name, width, inIntegers, ratio);
                    rows.Add(
                    [
                        $"{name}, {width} bits", Format.Number(inIntegers.ImagesPerSecond, "0.00"), Format.Number(inIntegers.PeakBytes, "0"),
                        Format.Number(inIntegers.BytesPerConnection, "0.00"),
                    ]);
                }
            }

            if (isJson)
            {
                terminal.Output.WriteLine(Format.Json(report));
                return ExitCode.Success;
            }

            string[] traffics = backend.Traffic is null ? [] : ["uploads", "bytes_up", "downloads", "bytes_down"];
            terminal.WriteTable(["phase", "images_per_s", "peak_bytes", "bytes_per_connection", .. traffics], rows);
            if (parsed.GetValue(bits) is { } ofWeights)
            {
                terminal.Output.WriteLine(
                    $"{ofWeights} bits over floats: {Format.Number(ratio, "0.00")} times the images a second; {Format.Percent(inIntegers.SpikeRate)} of neuron-steps "
                    + "fire in integers");
            }

            if (bench.Rates.Count > 0)
            {
                WriteRates(terminal, bench.Rates);
            }

            foreach (var (phase, layers) in routes)
            {
                WriteRoutes(terminal, phase, layers);
            }

            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Those asked for, each once. Integers are of inference alone.</summary>
    /// <exception cref="BadInputException">Others are to be timed in integers.</exception>
    private static BenchPhase[] Chosen(BenchPhase[] asked, int? bits)
    {
        if (bits is null)
        {
            return [.. (asked.Length > 0 ? asked : Enum.GetValues<BenchPhase>()).Distinct()];
        }

        BenchPhase[] others = [.. asked.Where(phase => phase != BenchPhase.Infer)];
        return others.Length == 0
            ? [BenchPhase.Infer]
            : throw new BadInputException(
                $"{FixedPointOption.Name}: expected the phase {BenchPhases.NameOf(BenchPhase.Infer)} alone, found {BenchPhases.NameOf(others[0])}: "
                + "integers neither train nor run an ANN");
    }

    private static void Report(SortedDictionary<string, object> report, string phase, int bits, FixedPointTiming timing, double ratio)
    {
        report["fixed_point_bits"] = bits;
        report[$"{phase}_fixed_point_images_per_s"] = Math.Round(timing.ImagesPerSecond, 2);
        report[$"{phase}_fixed_point_peak_bytes"] = timing.PeakBytes;
        report[$"{phase}_fixed_point_bytes_per_connection"] = Math.Round(timing.BytesPerConnection, 3);
        report[$"{phase}_fixed_point_spike_rate"] = Math.Round(timing.SpikeRate, 4);
        report[$"{phase}_fixed_point_over_float"] = Math.Round(ratio, 3);
    }

    /// <summary>What the phase is about to take.</summary>
    private static void WriteMemory(Terminal terminal, string phase, PlanMemory memory, long free) => terminal.Output.WriteLine(
        $"{phase} takes {Format.Megabytes(memory.Total)}: {Format.Megabytes(memory.Own)} for values, gradients and images, "
        + $"{Format.Megabytes(memory.Parameters)} for parameters, {Format.Megabytes(memory.Workspace)} for the backend's own use; {Format.Megabytes(free)} are free");

    private static void WriteRates(Terminal terminal, IReadOnlyList<BenchRate> rates)
    {
        terminal.Output.WriteLine($"{Format.Percent(MeanRate(rates))} of neuron-steps fire");
        terminal.WriteTable(
            ["layer", "neurons", "wanted", "spike rate"],
            [
                .. rates.Select(rate => (IReadOnlyList<string>)
                    [rate.Layer, Format.Count(rate.Neurons), Format.Percent(rate.Target), Format.Percent(rate.Rate)]),
            ]);
    }

    /// <summary>The kernels that a phase ran last, forward only where there were no gradients.</summary>
    private static void WriteRoutes(Terminal terminal, string phase, IReadOnlyList<LayerRoutes> layers)
    {
        var hasGradients = layers.Any(layer => layer.WeightGradient is not null);
        terminal.Output.WriteLine($"{phase}: how each layer was computed");
        terminal.WriteTable(
            hasGradients ? ["layer", "input", "forward", "input gradient", "weight gradient"] : ["layer", "input", "forward"],
            [
                .. layers.Select(layer => (IReadOnlyList<string>)(hasGradients
                    ? [layer.Layer, layer.Input, layer.Forward ?? "–", layer.InputGradient ?? "–", layer.WeightGradient ?? "–"]
                    : [layer.Layer, layer.Input, layer.Forward ?? "–"])),
            ]);
    }

    private static double MeanRate(IReadOnlyList<BenchRate> rates) =>
        rates.Sum(rate => rate.Rate * rate.Neurons) / rates.Sum(rate => (double)rate.Neurons);

    private static BenchPhase[] Phases(ArgumentResult result)
    {
        var phases = new List<BenchPhase>();
        foreach (string name in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            try
            {
                phases.Add(BenchPhases.Parse(name));
            }
            catch (BadInputException mistake)
            {
                result.AddError(mistake.Message);
            }
        }

        return [.. phases];
    }
}
