using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>The default backend: this machine's processor, with vector instructions and all its cores.</summary>
/// <remarks>Its state is its threads and scratch memory, so one backend serves one thread at a time.</remarks>
public sealed unsafe partial class CpuBackend : IBackend
{
    private readonly Workers workers;
    private NativeBuffer scratch = new(1 << 16);

    /// <param name="threads">Threads to use; 0 for one a core.</param>
    /// <exception cref="BadInputException">Negative.</exception>
    public CpuBackend(int threads = 0)
    {
        if (threads < 0)
        {
            throw new BadInputException($"threads: expected 0 (one a core) or more, found {threads}");
        }

        workers = new Workers(threads == 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>Threads in use.</summary>
    public int Threads => workers.Count;

    /// <summary>Widest vector instructions that the processor and the runtime offer.</summary>
    public static string Vectors => Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "128-bit vectors";

    public string Name => $"cpu ({Vectors}, {Threads} {(Threads == 1 ? "thread" : "threads")})";

    public DeviceBuffer Allocate(long length) => new NativeBuffer(length);

    public void Dispose()
    {
        workers.Dispose();
        scratch.Dispose();
        currentData.Dispose();
    }

    private static float* Pointer(DeviceBuffer buffer) => ((NativeBuffer)buffer).Pointer;

    private static float* PointerOrNull(DeviceBuffer? buffer) => buffer is null ? null : ((NativeBuffer)buffer).Pointer;

    /// <summary>Memory for partial results of one operation; kept for the next, so that a step allocates only the first time.</summary>
    private double* Scratch(long doubles)
    {
        if (scratch.Length < 2 * doubles)
        {
            scratch.Dispose();
            scratch = new NativeBuffer(2 * doubles);
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
        workers.Run(Pieces(first, samples), new StepJob<TOperator>(first, second, target, sums, op));
}
