using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>The default backend: this machine's processor, with vector instructions and all its cores.</summary>
/// <remarks>Its state is its threads and scratch memory, so one backend serves one thread at a time; a second one is refused.</remarks>
public sealed unsafe partial class CpuBackend : IBackend
{
    /// <summary>More than any machine has cores; each thread takes memory.</summary>
    private const int MostThreads = 1024;

    private readonly Turns turns = new();
    private readonly Workers workers;
    private readonly NativeHeap heap = new();
    private readonly ScratchActivations pools;
    private readonly ScratchActivations currents;
    private NativeBuffer scratch;

    /// <summary>For <see cref="Backends.Open"/>, which everybody else calls.</summary>
    /// <param name="threads">Threads to use; 0 for one a core.</param>
    /// <param name="vectors">Vectors of the sparse kernels; null for what <see cref="VectorWidths.Chosen"/> says.</param>
    /// <exception cref="BadInputException">Threads are negative or more than 1,024, or this machine does not have the vectors.</exception>
    internal CpuBackend(int threads, VectorWidth? vectors)
    {
        if (threads is < 0 or > MostThreads)
        {
            throw new BadInputException($"threads: expected 0 (one a core) to {MostThreads}, found {threads}");
        }

        Vectors = vectors ?? VectorWidths.Chosen();
        if (!VectorWidths.Available.Contains(Vectors))
        {
            throw new BadInputException(
                $"vectors: this machine has {string.Join(", ", VectorWidths.Available.Select(width => width.Name()))}, found {Vectors.Name()}");
        }

        try
        {
            scratch = heap.Allocate(0);
            pools = new ScratchActivations(heap);
            currents = new ScratchActivations(heap);
            workers = new Workers(threads == 0 ? Environment.ProcessorCount : threads);
        }
        catch
        {
            heap.Dispose();
            throw;
        }
    }

    /// <summary>Threads in use.</summary>
    public int Threads => workers.Count;

    int IBackend.Parallelism => Threads;

    /// <summary>Vectors of the sparse kernels.</summary>
    public VectorWidth Vectors { get; }

    public string Name => $"cpu ({Vectors.Name()}, {Threads} {(Threads == 1 ? "thread" : "threads")})";

    /// <summary>Dense kernels use the widest vectors of the machine, those of pruned layers the chosen ones.</summary>
    public string Arithmetic => Vectors == VectorWidths.Available[0]
        ? $"{RuntimeInformation.ProcessArchitecture}, {Vectors.Name()}"
        : $"{RuntimeInformation.ProcessArchitecture}, {VectorWidths.Available[0].Name()}, {Vectors.Name()} for pruned layers";

    public bool AddsInKnownOrder => true;

    public DeviceBuffer Allocate(long length, ElementType type = ElementType.Float32) => heap.Allocate(length, type);

    public long LiveBytes => heap.LiveBytes;

    public long FreeBytes => SystemMemory.FreeBytes;

    public LaneLayout ChooseLanes(int batch, int timesteps, bool skipsSilence, long largestMap) =>
        Routes.Lanes(batch, timesteps, skipsSilence, largestMap);

    public bool PoolsWhileReading(LaneLayout lanes) => Routes.IsByOctets(lanes);

    public IRecording Record(Action operations)
    {
        operations();
        return new CalledRecording(operations);
    }

    public void Synchronize()
    {
        // operations have been carried out when they return
    }

    public void Dispose()
    {
        turns.End(); // no operation is running, and none will
        workers.Dispose();
        heap.Dispose();
    }

    private Turns.Turn TakeTurn() => turns.Take();

    private static float* Pointer(DeviceBuffer buffer) => ((NativeBuffer)buffer).Pointer;

    private static float* PointerOrNull(DeviceBuffer? buffer) => buffer is null ? null : ((NativeBuffer)buffer).Pointer;

    /// <summary>Memory for partial results of one operation; kept for the next, so that a step allocates only the first time.</summary>
    private double* Scratch(long doubles)
    {
        if (scratch.Length < 2 * doubles)
        {
            scratch.Dispose();
            scratch = heap.Allocate(checked(2 * doubles));
        }

        return (double*)scratch.Pointer;
    }

    /// <summary>Rows of the blocks in use: the pieces of most operations.</summary>
    private static int Pieces(Activation values, int samples) => values.Shape.Lanes.BlocksOf(samples) * values.Shape.Rows;

    /// <summary>Adds up the sums of pieces, in their order.</summary>
    private static double Total(double* sums, int pieces)
    {
        var total = 0.0;
        for (var piece = 0; piece < pieces; piece++)
        {
            total += sums[piece];
        }

        return total;
    }

    /// <summary>Runs an operator over all timesteps of every vector of samples.</summary>
    private void Steps<TOperator>(Activation first, Activation second, Activation? target, double* sums, TOperator op, int samples)
        where TOperator : struct, IStepOperator =>
        workers.Run(Pieces(first, samples), new StepJob<TOperator, StepLanes, StepLanes>(first, second, target, sums, op));

    /// <summary>The same where the operands may be bits.</summary>
    private void BitSteps<TOperator>(Activation first, Activation second, Activation? target, double* sums, TOperator op, int samples)
        where TOperator : struct, IStepOperator
    {
        var pieces = Pieces(first, samples);
        switch (first.Shape.IsBits, second.Shape.IsBits)
        {
            case (false, false):
                workers.Run(pieces, new StepJob<TOperator, StepLanes, StepLanes>(first, second, target, sums, op));
                break;
            case (true, false):
                workers.Run(pieces, new StepJob<TOperator, BitLanes, StepLanes>(first, second, target, sums, op));
                break;
            case (false, true):
                workers.Run(pieces, new StepJob<TOperator, StepLanes, BitLanes>(first, second, target, sums, op));
                break;
            case (true, true):
                workers.Run(pieces, new StepJob<TOperator, BitLanes, BitLanes>(first, second, target, sums, op));
                break;
        }
    }
}
