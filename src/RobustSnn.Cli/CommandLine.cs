using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RobustSnn.Cli.Commands;
using RobustSnn.Cli.Output;
using RobustSnn.Model;

namespace RobustSnn.Cli;

/// <summary>The program: from arguments to an exit code.</summary>
public static class CommandLine
{
    /// <summary>Set to 1 in the environment, it has unexpected errors print where they happened.</summary>
    public const string TraceVariable = "RSNN_TRACE";

    /// <summary>Runs one command.</summary>
    /// <param name="cancellation">Stops the command where it can be resumed.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        ParseResult parsed = Root(terminal, cancellation).Parse(arguments);
        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            int code = parsed.Invoke(invocation);
            return parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction ? ExitCode.BadInput : code;
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
        catch (Exception fault)
        {
            bool trace = Environment.GetEnvironmentVariable(TraceVariable) == "1";
            terminal.Error.WriteLine(trace
                ? $"rsnn: {fault}"
                : $"rsnn: {fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")} (this is a fault of the program; {TraceVariable}=1 shows where)");
            return ExitCode.Failed;
        }
    }

    private static RootCommand Root(Terminal terminal, CancellationToken cancellation)
    {
        var root = new RootCommand(
            "Turns a robust ANN into a sparse spiking network, attacks it and reports.\n"
            + "Example: rsnn run shapes10-quick --out runs/first")
        {
            ConformanceCommand.Create(terminal, cancellation),
            BenchCommand.Create(terminal, cancellation),
        };
        return root;
    }
}
