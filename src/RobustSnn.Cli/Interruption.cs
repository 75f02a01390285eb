using System.Runtime.InteropServices;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks the command to stop where it can go on later; one that does not come to such a place within a second,
/// because a single pass takes longer or a file does not answer, is ended all the same: files are written whole or not at all, and a run
/// goes on from the state saved last. The second ends the process as usual.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly TextWriter error;
    private Timer? timer;

    /// <param name="error">Told when the command is ended in the middle.</param>
    public Interruption(TextWriter error)
    {
        this.error = error;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        timer?.Dispose();
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = !source.IsCancellationRequested;
        if (signal.Cancel)
        {
            timer = new Timer(_ => End(), null, Patience, Timeout.InfiniteTimeSpan);
            source.Cancel();
        }
    }

    private void End()
    {
        AtomicFile.RemoveUnfinished();
        error.WriteLine("rsnn: interrupted; a run goes on with: rsnn run --resume --out DIR");
        error.Flush();
        Environment.Exit(ExitCode.Interrupted);
    }
}
