using RobustSnn.Model;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks.Mpi;

/// <summary>
/// Messages by MPI, between the processes that a launcher has started. Only sends and receives that do not block are used, so that the caller always knows who
/// has not come. All calls are made by the thread that makes this.
/// </summary>
internal sealed unsafe class MpiTransport : ITransport
{
    /// <summary>Larger than a status of any MPI: 20 bytes in MPICH, 24 in Open MPI, 32 in the standard's.</summary>
    private const int StatusBytes = 64;

    private const int ExitCode = 1;

    private readonly MpiLibrary mpi;
    private readonly NativeBlock status = new(StatusBytes);
    private readonly List<Request> requests = [];
    private readonly Stack<int> free = [];

    /// <exception cref="BadInputException">The launcher and the library do not go together.</exception>
    /// <exception cref="InvalidOperationException">The library does not start.</exception>
    public MpiTransport(MpiLibrary mpi, Launcher launcher)
    {
        this.mpi = mpi;
        int provided, rank, count;
        mpi.ThrowUnlessSuccess(((delegate* unmanaged<nint, nint, int, int*, int>)mpi.Call("MPI_Init_thread"))(0, 0, mpi.Funneled, &provided), "MPI_Init_thread");
        mpi.ThrowUnlessSuccess(((delegate* unmanaged<nint, nint, int>)mpi.Call("MPI_Comm_set_errhandler"))(mpi.World, mpi.ErrorsReturn), "MPI_Comm_set_errhandler");
        mpi.ThrowUnlessSuccess(((delegate* unmanaged<nint, int*, int>)mpi.Call("MPI_Comm_rank"))(mpi.World, &rank), "MPI_Comm_rank");
        mpi.ThrowUnlessSuccess(((delegate* unmanaged<nint, int*, int>)mpi.Call("MPI_Comm_size"))(mpi.World, &count), "MPI_Comm_size");
        if (launcher.Count is { } expected && expected != count)
        {
            throw new BadInputException($"{launcher.Name} has started {expected} processes, but {mpi.Name} ({mpi.File}) knows of {count}: the library is not the launcher's. "
                + $"Start with the launcher of {mpi.Name}, or name the launcher's library in {MpiLibrary.Variable}");
        }

        if (provided < mpi.Funneled)
        {
            throw new BadInputException($"{mpi.Name} ({mpi.File}): expected one that allows processes of several threads (MPI_THREAD_FUNNELED), found level {provided}. Name another in {MpiLibrary.Variable}");
        }

        (Rank, Count) = (rank, count);
    }

    public int Rank { get; }

    public int Count { get; }

    public string Description => mpi.Name;

    public int Send(int peer, Topic topic, nint data, int length)
    {
        nint handle = 0;
        mpi.ThrowUnlessSuccess(mpi.ISend(data, length, mpi.Bytes, peer, (int)topic, mpi.World, &handle), "MPI_Isend", peer);
        return Keep(new Request(handle, IsReceive: false));
    }

    public int Receive(int peer, Topic topic, nint data, int capacity)
    {
        nint handle = 0;
        mpi.ThrowUnlessSuccess(mpi.IReceive(data, capacity, mpi.Bytes, peer, (int)topic, mpi.World, &handle), "MPI_Irecv", peer);
        return Keep(new Request(handle, IsReceive: true));
    }

    public bool IsDone(int request, out int received)
    {
        var (handle, isReceive) = requests[request];
        int isDone = 0, count = 0;
        mpi.ThrowUnlessSuccess(mpi.Test(&handle, &isDone, (byte*)status.Address), "MPI_Test");
        if (isDone != 0)
        {
            if (isReceive)
            {
                mpi.ThrowUnlessSuccess(mpi.GetCount((byte*)status.Address, mpi.Bytes, &count), "MPI_Get_count");
            }

            free.Push(request);
        }

        received = count;
        return isDone != 0;
    }

    public void Close() => mpi.ThrowUnlessSuccess(((delegate* unmanaged<int>)mpi.Call("MPI_Finalize"))(), "MPI_Finalize");

    public void Abort() => _ = ((delegate* unmanaged<nint, int, int>)mpi.Call("MPI_Abort"))(mpi.World, ExitCode);

    private int Keep(Request request)
    {
        if (free.TryPop(out var index))
        {
            requests[index] = request;
            return index;
        }

        requests.Add(request);
        return requests.Count - 1;
    }

    private readonly record struct Request(nint Handle, bool IsReceive);
}
