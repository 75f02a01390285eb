using System.CommandLine;
using RobustSnn.Cli.Commands;
using RobustSnn.Cli.Output;
using RobustSnn.Contract;
using RobustSnn.Cuda;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.GpuReport;

/// <summary>What this program does on the card in a process of its own. Each prints lines for the part that asks for it.</summary>
internal static class CardCommands
{
    private const int Batch = 64;
    private const int RehearsalBatch = 2;
    private const long CopiedBytes = 1L << 30;
    private const int ProductSize = 8192;
    private const long RehearsalBytes = 1 << 20;
    private const int RehearsalSize = 64;

    public static IEnumerable<Command> All() =>
    [
        Of("describe", "The card, its driver and libraries, a line each.", (_, _) => Describe()),
        Of("contract", "Every operation against the reference, case by case.", Contract),
        Of("speed", "Copies and products.", (_, quick) => Speed(quick)),
        Of("operations", "Every operation on layers of VGG-16, timed.", Operations),
        NetworkCommand(),
    ];

    private static Command Of(string name, string description, Func<int, bool, int> run)
    {
        var from = new Option<int>("--from") { Description = "The number of the first case, from 0." };
        var quick = new Option<bool>("--quick") { Description = "Few and tiny cases." };
        var command = new Command(name, description) { from, quick };
        command.SetAction(parsed => run(parsed.GetValue(from), parsed.GetValue(quick)));
        return command;
    }

    private static Command NetworkCommand()
    {
        var file = new Argument<string>("CHECKPOINT");
        var quick = new Option<bool>("--quick") { Description = "A tiny network." };
        var command = new Command(
            "network", "Draws a spiking VGG-16, a tenth of whose weights exist and whose layers fire as often as robust SNNs' do.")
        {
            file, quick,
        };
        command.SetAction(parsed =>
        {
            // On the processor, so that energy is of a network that the card has not made.
            using var backend = Backends.Open();
            using var bench = new Bench(
                parsed.GetValue(quick) ? new BenchSetup("vggmini", 2, 1, 0.9, "p2") : new BenchSetup("vgg16", 8, 1, 0.9, "p2"), backend, default);
            bench.Save(parsed.GetRequiredValue(file));
            return ExitCode.Success;
        });
        return command;
    }

    private static CudaBackend Open() => (CudaBackend)Backends.Open(CudaBackends.Name, new(IsChecked: false));

    private static int Describe()
    {
        using var backend = Open();
        Console.WriteLine($"backend: {backend.Name}");
        Console.WriteLine($"free memory: {Format.Megabytes(backend.FreeBytes)}");
        foreach (var line in CudaVersions.Describe())
        {
            Console.WriteLine(line);
        }

        return ExitCode.Success;
    }

    private static int Contract(int from, bool quick)
    {
        IReadOnlyList<ContractCase> cases = quick ? [.. ContractCases.All.DistinctBy(@case => @case.Operation)] : ContractCases.All;
        var cuda = new BackendUnderTest(CudaBackends.Name, Open);
        _ = cuda.Use(IsAlive); // a card that cannot be used is said once, and not case by case
        CaseLines.Write(
            cases, from,
            part => Parallel.ForEach(part, @case => _ = @case.Reference),
            @case => string.Join("; ", Agreement.Differences(cuda, @case)),
            () => cuda.Use(IsAlive));
        cuda.DisposeIdle();
        return ExitCode.Success;
    }

    private static int Operations(int from, bool quick)
    {
        var cuda = new BackendUnderTest(CudaBackends.Name, Open);
        var lanes = cuda.Use(backend =>
            backend.ChooseLanes(quick ? RehearsalBatch : Batch, LayerCases.Timesteps, skipsSilence: false, LayerCases.LargestMap));
        CaseLines.Write(
            quick ? LayerCases.Rehearsal(lanes) : LayerCases.On(lanes), from,
            _ => { },
            @case => cuda.Use(backend => OperationTime.Of((CudaBackend)backend, @case, quick)).ToLine(),
            () => cuda.Use(IsAlive));
        cuda.DisposeIdle();
        return ExitCode.Success;
    }

    private static int Speed(bool quick)
    {
        using var backend = Open();
        Console.WriteLine(Format.Json(quick
            ? backend.MeasureSpeed(RehearsalBytes, RehearsalSize)
            : backend.MeasureSpeed(CopiedBytes, ProductSize)));
        return ExitCode.Success;
    }

    /// <summary>Whether the card still computes: after some faults of kernels it does not, in this process.</summary>
    private static bool IsAlive(IBackend backend)
    {
        using var buffer = backend.Allocate(1);
        backend.Fill(buffer, 1);
        return buffer.ToArray()[0] == 1;
    }
}
