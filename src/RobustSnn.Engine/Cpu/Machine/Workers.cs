using System.Runtime.CompilerServices;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>Work that splits into numbered pieces, each writing memory of its own.</summary>
internal interface IJob
{
    void Execute(int piece);
}

/// <summary>
/// A few threads that run the pieces of a job. Between jobs they look out for the next one for a while before they sleep: waking up takes
/// longer than a small layer of one image. Pieces are handed out in order to whoever is free; because no piece
/// depends on who runs it, results do not depend on the number of threads. Running a job allocates nothing.
/// </summary>
internal sealed unsafe class Workers : IDisposable
{
    private const int LooksBeforeSleep = 4000; // some 100 to 200 microseconds

    private const int LooksBeforeYield = 200;
    private const int StackBytes = 8 << 20; // as the calling thread usually has: pieces keep a row of channels' partial results there

    private readonly Thread[] threads;
    private readonly object gate = new();
    private delegate*<void*, int, void> run;
    private void* job;
    private int generation;
    private int sleeping;
    private int pieces;
    private int next;
    private int busy;
    private volatile Exception? failure;
    private volatile bool stopping;

    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        threads = new Thread[count - 1];
        for (var started = 0; started < threads.Length; started++)
        {
            try
            {
                threads[started] = new Thread(Serve, StackBytes) { IsBackground = true, Name = $"engine worker {started + 1}" };
                threads[started].Start();
            }
            catch (OutOfMemoryException exception)
            {
                Stop(started);
                throw new BadInputException($"threads: this machine starts no more than {started + 1} of the {count} wanted; ask for fewer", exception);
            }
        }
    }

    /// <summary>Threads, the calling one included.</summary>
    public int Count { get; }

    /// <summary>Runs pieces 0 … <paramref name="count"/> − 1 and returns when all are done.</summary>
    /// <remarks>Not to be called from two threads at once: a backend belongs to one thread.</remarks>
    public void Run<TJob>(int count, TJob value)
        where TJob : struct, IJob
    {
        if (count <= 0)
        {
            return;
        }

        if (threads.Length == 0 || count == 1)
        {
            for (var piece = 0; piece < count; piece++)
            {
                value.Execute(piece);
            }

            return;
        }

        run = &Invoke<TJob>;
        job = Unsafe.AsPointer(ref value); // lives on this stack frame, which waits below until nobody uses it
        pieces = count;
        next = 0;
        busy = threads.Length;
        failure = null;
        Announce();
        Take();
        for (var look = 1; Volatile.Read(ref busy) > 0; look++)
        {
            SpinOrYield(look);
        }

        if (failure is { } exception)
        {
            throw new InvalidOperationException($"a worker failed: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        if (!stopping)
        {
            Stop(threads.Length);
        }
    }

    private void Stop(int started)
    {
        stopping = true;
        Announce();
        foreach (var thread in threads.AsSpan(0, started))
        {
            thread.Join();
        }
    }

    private static void Invoke<TJob>(void* job, int piece)
        where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Execute(piece);

    /// <summary>Tells the threads that there is a job, or the end.</summary>
    private void Announce()
    {
        Interlocked.Increment(ref generation);
        if (Volatile.Read(ref sleeping) > 0) // whoever falls asleep after this looks at the generation once more
        {
            lock (gate)
            {
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>A moment between two looks, now and then a longer one: where there are more threads than cores, those with work go first.</summary>
    private static void SpinOrYield(int look)
    {
        if (look % LooksBeforeYield == 0)
        {
            Thread.Yield();
        }
        else
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>Waits for a generation after the one that was seen last.</summary>
    private int Await(int seen)
    {
        for (var look = 1; look <= LooksBeforeSleep && Volatile.Read(ref generation) == seen; look++)
        {
            SpinOrYield(look);
        }

        if (Volatile.Read(ref generation) == seen)
        {
            lock (gate)
            {
                Interlocked.Increment(ref sleeping);
                while (Volatile.Read(ref generation) == seen)
                {
                    Monitor.Wait(gate);
                }

                Interlocked.Decrement(ref sleeping);
            }
        }

        return Volatile.Read(ref generation);
    }

    private void Serve()
    {
        var seen = 0;
        while (true)
        {
            seen = Await(seen);
            if (stopping)
            {
                return;
            }

            Take();
            Interlocked.Decrement(ref busy);
        }
    }

    private void Take()
    {
        try
        {
            int piece;
            while ((piece = Interlocked.Increment(ref next) - 1) < pieces)
            {
                run(job, piece);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
            Interlocked.Exchange(ref next, pieces);
        }
    }
}
