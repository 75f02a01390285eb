using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.CommandLine;
using RobustSnn.Cli.Commands;
using RobustSnn.Cli.Output;
using RobustSnn.Cuda;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Energy;

namespace RobustSnn.Cli;

/// <summary>The program: from arguments to an exit code.</summary>
public static class CommandLine
{
    /// <summary>Set to 1 in the environment, it has unexpected errors print where they happened.</summary>
    public const string TraceVariable = "RSNN_TRACE";

    // Commands name the backends that there are.
    static CommandLine() => CudaBackends.Register();

    /// <summary>Runs one command.</summary>
    /// <param name="cancellation">Stops the command where it can be resumed.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellation = default) =>
        Run(arguments, terminal, MeasuringTimes.Usual, cancellation);

    /// <summary>The same where energy is measured for other times: a rehearsal, whose figures nobody reads.</summary>
    internal static int Run(string[] arguments, Terminal terminal, MeasuringTimes times, CancellationToken cancellation)
    {
        ParseResult parsed = Root(terminal, times, cancellation).Parse(arguments);
        try
        {
            if (parsed.Action is ParseErrorAction refusal)
            {
                RefuseUnknownOptions(parsed);
                RefuseUnknownCommands(parsed);
                refusal.ShowHelp = false;
                parsed.Invoke(Invocation(terminal.Error, terminal.Error));
                terminal.Error.WriteLine($"See: {Path(parsed.CommandResult)} --help");
                return ExitCode.BadInput;
            }

            RefuseUnknownOptions(parsed);
            RefuseUndecodable(arguments);
            return parsed.Invoke(Invocation(terminal.Pages, terminal.Error));
        }
        catch (BadInputException mistake)
        {
            terminal.Error.WriteLine($"rsnn: {mistake.Message}");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Error.WriteLine("rsnn: interrupted");
            return ExitCode.Interrupted;
        }
        catch (TrainingDivergedException divergence)
        {
            terminal.Error.WriteLine($"rsnn: {divergence.Message}");
            return ExitCode.Failed;
        }
        catch (Exception shortage) when (shortage is OutOfMemoryException or InsufficientMemoryException)
        {
            terminal.Error.WriteLine("rsnn: there is not enough memory for this; expected more, or a smaller --batch, batch_size or number of timesteps");
            return ExitCode.BadInput;
        }
        catch (Exception refusal) when (SystemRefusal.Is(refusal) && !IsTraced)
        {
            terminal.Error.WriteLine($"rsnn: {SystemRefusal.Sentence(refusal)} ({TraceVariable}=1 shows where)");
            return ExitCode.BadInput;
        }
        catch (Exception fault)
        {
            string text = IsTraced
                ? $"rsnn: {fault}"
                : $"rsnn: {fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")} ({TraceVariable}=1 shows where)";
            foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
            {
                terminal.Error.WriteLine(line);
            }

            return ExitCode.Failed;
        }
    }

    /// <summary>What is wrong with arguments before anything is done; empty where nothing is.</summary>
    internal static IReadOnlyList<string> Mistakes(string[] arguments, Terminal terminal)
    {
        ParseResult parsed = Root(terminal, MeasuringTimes.Usual, CancellationToken.None).Parse(arguments);
        try
        {
            RefuseUnknownCommands(parsed);
            RefuseUnknownOptions(parsed);
        }
        catch (BadInputException mistake)
        {
            return [mistake.Message];
        }

        return [.. parsed.Errors.Select(error => error.Message)];
    }

    private static bool IsTraced => Environment.GetEnvironmentVariable(TraceVariable) == "1";

    /// <summary>What looks like an option but is none may have been taken for the command's argument: a file name, say.</summary>
    private static void RefuseUnknownOptions(ParseResult parsed)
    {
        CommandResult command = parsed.CommandResult;
        string? unknown = command.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens).FirstOrDefault(token => token.StartsWith("--", StringComparison.Ordinal));
        if (unknown is not null)
        {
            string hint = NearestName.Hint(unknown, command.Command.Options.Select(option => option.Name));
            throw new BadInputException($"{Path(command)} has no option {unknown}{hint}");
        }
    }

    /// <summary>What stands where a command is expected and is none, with the nearest that is.</summary>
    private static void RefuseUnknownCommands(ParseResult parsed)
    {
        CommandResult command = parsed.CommandResult;
        string[] known = [.. command.Command.Subcommands.Select(below => below.Name)];
        if (known.Length > 0 && parsed.UnmatchedTokens.Count > 0)
        {
            string unknown = parsed.UnmatchedTokens[0];
            throw new BadInputException($"{Path(command)} has no command '{unknown}': expected one of {string.Join(", ", known)}{NearestName.Hint(unknown, known)}");
        }
    }

    /// <summary>A name that is not UTF-8 does not arrive as it was given: a file to read would be missing, a folder to write another one.</summary>
    private static void RefuseUndecodable(string[] arguments)
    {
        foreach (string argument in arguments.Where(argument => argument.Length > 0))
        {
            InputPath.RequireName(argument);
        }
    }

    private static InvocationConfiguration Invocation(TextWriter output, TextWriter error) => new()
    {
        Output = output,
        Error = error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    /// <summary>The command's name with those above it, as it is typed.</summary>
    private static string Path(CommandResult command) =>
        command.Parent is CommandResult above ? $"{Path(above)} {command.Command.Name}" : command.Command.Name;

    private static RootCommand Root(Terminal terminal, MeasuringTimes times, CancellationToken cancellation)
    {
        var root = new RootCommand(
            "Turns a robust ANN into a sparse spiking network, attacks it and reports.\n"
            + "Example: rsnn run shapes10-quick --out runs/first")
        {
            RunCommand.Create(terminal, cancellation),
            SweepCommand.Create(terminal, cancellation),
            WatchCommand.Create(terminal, cancellation),
            EvaluateCommand.Create(terminal, cancellation),
            ReportCommand.Create(terminal),
            InferCommand.Create(terminal, cancellation),
            TraceCommand.Create(terminal, cancellation),
            LedgerCommand.Create(terminal),
            EnergyCommand.Create(terminal, cancellation, times),
            ImportCommand.Create(terminal, cancellation),
            InspectCommand.Create(terminal),
            ExportCommand.Create(terminal),
            QuantiseCommand.Create(terminal, cancellation),
            ConformanceCommand.Create(terminal, cancellation),
            DataCommand.Create(terminal, cancellation),
            NewCommand.Create(terminal),
            PresetsCommand.Create(terminal),
            DevicesCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            CompletionCommand.Create(terminal),
            BenchCommand.Create(terminal, cancellation),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(terminal);
        root.SetAction(_ => WriteFirstCommands(terminal));
        Completions.AddTo(root);
        return root;
    }

    /// <summary>To who has said nothing: where to begin.</summary>
    private static void WriteFirstCommands(Terminal terminal)
    {
        terminal.Output.WriteLine("rsnn turns a robust ANN into a sparse spiking network, attacks it and reports. To begin with:");
        terminal.Output.WriteLine("  rsnn doctor                                 says whether everything is here that it needs");
        terminal.Output.WriteLine("  rsnn run shapes10-quick --out runs/first    the whole path on drawn images, in about a minute");
        terminal.Output.WriteLine("  rsnn new mine.yaml                          an experiment of your own");
        terminal.Output.WriteLine("All commands: rsnn --help. How a run gets on: rsnn watch runs/first");
    }

    private sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Output.WriteLine(ProgramVersion.Text);
            return ExitCode.Success;
        }
    }
}
