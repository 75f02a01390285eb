using System.Runtime.ExceptionServices;

namespace RobustSnn.Ranks;

/// <summary>Something that all ranks do together, carried out by the thread that talks to the others. It may be begun again when it has been waited for.</summary>
internal abstract class Call
{
    private readonly ManualResetEventSlim done = new();
    private Exception? failure;

    /// <summary>What the others have to be at, too; the thread numbers it.</summary>
    public abstract CallHeader Header { get; }

    public abstract void Carry(Exchange exchange);

    public void Reset()
    {
        failure = null;
        done.Reset();
    }

    public void End(Exception? error)
    {
        failure = error;
        done.Set();
    }

    /// <summary>Returns when it is done; throws what went wrong.</summary>
    public void Wait()
    {
        done.Wait();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
