using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>
/// Keeps progress.json up to date: a timer writes what has changed, once a second at most and as a whole file, so that whoever computes
/// never waits for it and a reader never sees half of one. It is not flushed to the disk: after a power cut nobody needs it.
/// </summary>
internal sealed class ProgressFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly Timer timer;
    private readonly Lock writing = new();
    private volatile RunProgress current;
    private RunProgress? written;
    private volatile string? fault;

    /// <summary>Writes the file at once, and from then on when it has changed.</summary>
    public ProgressFile(string path, RunProgress first)
    {
        this.path = path;
        current = first;
        Write();
        timer = new Timer(_ => Write(), null, Pause, Pause);
    }

    /// <summary>What is known now; to be changed by one thread.</summary>
    public RunProgress Current
    {
        get => current;
        set => current = value;
    }

    /// <summary>Why the file could not be written the last time; null where it could.</summary>
    public string? Fault => fault;

    /// <summary>Writes what is not written yet, without waiting for the timer.</summary>
    public void Write()
    {
        lock (writing)
        {
            var now = current;
            if (ReferenceEquals(now, written))
            {
                return;
            }

            try
            {
                AtomicFile.WriteTextLightly(path, (now with { Updated = DateTime.UtcNow }).ToJson());
                (written, fault) = (now, null);
            }
            catch (BadInputException refusal)
            {
                fault = refusal.Message;
            }
        }
    }

    /// <summary>Writes what is not written yet, and no more.</summary>
    public void Dispose()
    {
        timer.Dispose();
        Write();
    }
}
