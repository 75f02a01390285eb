using System.Diagnostics;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>
/// The one thread of a process that talks to other ranks: it opens the transport, carries out calls in the order in which they come, gives signs of life while
/// there are none, and closes the transport. After a failure every call that is waiting or comes later throws it.
/// </summary>
internal sealed class RankThread
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);

    /// <summary>How long after a failure the ranks wait for each other to say what has happened.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>How long a process has to end by itself after that.</summary>
    private static readonly TimeSpan Exit = TimeSpan.FromSeconds(2);

    private readonly Func<ITransport> open;
    private readonly TimeSpan silence;
    private readonly Thread thread;
    private readonly TaskCompletionSource<(ITransport Transport, PeerWatch Watch)> opened = new();
    private readonly ManualResetEventSlim ended = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly Lock gate = new();
    private readonly Queue<Call> calls = new(16);
    private Exception? failure;
    private volatile bool isClosing;

    /// <param name="open">Called on the thread.</param>
    public RankThread(Func<ITransport> open, TimeSpan silence)
    {
        (this.open, this.silence) = (open, silence);
        thread = new Thread(Run) { IsBackground = true, Name = "ranks" };
        thread.Start();
    }

    /// <summary>Null where nothing has failed.</summary>
    public Exception? Failure
    {
        get
        {
            lock (gate)
            {
                return failure;
            }
        }
    }

    /// <summary>Waits until the transport is open; throws what prevented it.</summary>
    public (ITransport Transport, PeerWatch Watch) Opened => opened.Task.GetAwaiter().GetResult();

    /// <summary>Has a call carried out after those that were begun before.</summary>
    public void Begin(Call call)
    {
        lock (gate)
        {
            call.Reset();
            if (failure is null)
            {
                calls.Enqueue(call);
            }
            else
            {
                call.End(failure);
            }
        }

        wake.Set();
    }

    /// <summary>Ends all calls and tells the other ranks why.</summary>
    public void Abort(string message)
    {
        Opened.Watch.Abort(message);
        wake.Set();
        SpinWait.SpinUntil(() => Failure is not null || ended.IsSet);
    }

    /// <summary>Returns when all ranks have come to the end, or, after a failure, when the others have said theirs or had the time to.</summary>
    public void Close()
    {
        isClosing = true;
        wake.Set();
        ended.Wait();
    }

    private void Run()
    {
        ITransport transport;
        PeerWatch watch;
        Exchange exchange;
        try
        {
            transport = open();
            watch = new PeerWatch(transport, silence);
            exchange = new Exchange(transport, watch);
            opened.SetResult((transport, watch));
        }
        catch (Exception error)
        {
            opened.SetException(error);
            ended.Set();
            return;
        }

        try
        {
            CarryCalls(exchange, watch);
            watch.AwaitEnd();
            transport.Close();
            ended.Set();
        }
        catch (Exception error)
        {
            Fail(error, transport.Rank, watch);
            ended.Set();
            Thread.Sleep(Exit);
            transport.Abort();
        }
    }

    private void CarryCalls(Exchange exchange, PeerWatch watch)
    {
        for (var number = 0L; ; number++)
        {
            if (AwaitNext(watch) is not { } call)
            {
                return;
            }

            exchange.Begin(call.Header with { Number = number });
            call.Carry(exchange);
            lock (gate)
            {
                calls.Dequeue();
            }

            call.End(null);
        }
    }

    /// <summary>The next call, once there is one; null at the end, when all that were begun are done.</summary>
    private Call? AwaitNext(PeerWatch watch)
    {
        while (true)
        {
            var mayEnd = isClosing; // asked first: what was begun before the end is in the queue then
            lock (gate)
            {
                if (calls.TryPeek(out var call))
                {
                    return call;
                }
            }

            if (mayEnd)
            {
                return null;
            }

            watch.Look();
            wake.WaitOne(Idle);
        }
    }

    /// <summary>Ends all calls and tells the others; returns when they have said theirs, or had the time to.</summary>
    private void Fail(Exception error, int rank, PeerWatch watch)
    {
        var lost = (error as RankLostException)?.Rank ?? rank;
        var message = error is RankLostException ? error.Message : $"{watch.Name(rank)} ended by an error: {error.Message}";
        lock (gate)
        {
            failure = error;
        }

        try
        {
            watch.Tell(lost, message);
            EndCalls(error);
            AwaitLastWords(watch, lost);
        }
        catch (InvalidOperationException)
        {
            EndCalls(error); // messages themselves are what fails: nobody can be told
        }

        if (!isClosing)
        {
            Console.Error.WriteLine(message); // whoever should have said it is busy with something else, and is ended now
        }
    }

    private void EndCalls(Exception error)
    {
        lock (gate)
        {
            while (calls.TryDequeue(out var call))
            {
                call.End(error);
            }
        }
    }

    private void AwaitLastWords(PeerWatch watch, int lost)
    {
        var since = Stopwatch.GetTimestamp();
        var patience = silence < LastWords ? silence : LastWords;
        var hasLeft = false;
        while (Stopwatch.GetElapsedTime(since) < patience && !(hasLeft && watch.HaveOthersLeft(lost)))
        {
            if (isClosing && !hasLeft)
            {
                watch.Leave();
                hasLeft = true;
            }

            Thread.Sleep(2);
        }
    }
}
