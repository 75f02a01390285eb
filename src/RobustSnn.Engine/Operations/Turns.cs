namespace RobustSnn.Engine.Operations;

/// <summary>
/// Whose turn it is with a backend: one thread's, from the beginning of an operation to its end. Operations may call each other.
/// </summary>
public sealed class Turns
{
    private int holder; // the thread's number; 0 for nobody
    private int depth;
    private volatile bool hasEnded;

    /// <exception cref="InvalidOperationException">Another thread is in an operation.</exception>
    /// <exception cref="ObjectDisposedException">There are no more turns.</exception>
    public Turn Take()
    {
        ObjectDisposedException.ThrowIf(hasEnded, this);
        var thread = Environment.CurrentManagedThreadId;
        var before = Interlocked.CompareExchange(ref holder, thread, 0);
        if (before != 0 && before != thread)
        {
            throw new InvalidOperationException(
                $"threads {before} and {thread} use one backend at the same time: give each a backend of its own, or let one wait for the other");
        }

        depth++;
        return new Turn(this);
    }

    /// <summary>From now on nobody has a turn.</summary>
    /// <exception cref="InvalidOperationException">Another thread is in an operation.</exception>
    public void End()
    {
        if (!hasEnded)
        {
            using var last = Take();
            hasEnded = true;
        }
    }

    /// <summary>One operation's turn.</summary>
    public readonly struct Turn(Turns turns) : IDisposable
    {
        public void Dispose()
        {
            if (--turns.depth == 0)
            {
                Volatile.Write(ref turns.holder, 0);
            }
        }
    }
}
