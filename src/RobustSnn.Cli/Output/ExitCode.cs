namespace RobustSnn.Cli.Output;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command ran and found a failure, or hit a fault of the program.</summary>
    public const int Failed = 1;

    /// <summary>The user's mistake: arguments, files, settings.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;
}
