using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>What a command left: its exit code and what it printed.</summary>
internal sealed record Outcome(int Code, string Output, string Error);

/// <summary>Runs the program in this process, as with redirected output.</summary>
internal static class Shell
{
    public static Outcome Run(params string[] arguments) => Run(CancellationToken.None, new StringWriter(), arguments);

    public static Outcome Run(CancellationToken cancellation, TextWriter output, params string[] arguments)
    {
        var error = new StringWriter();
        int code = CommandLine.Run(arguments, new Terminal(output, error, isScreen: false), cancellation);
        return new Outcome(code, output.ToString()!, error.ToString());
    }
}
