using System.Runtime.CompilerServices;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Cuda.Products;
using RobustSnn.Cuda.Profiling;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>An NVIDIA card: every operation is a kernel of native/kernels, or a product of cuBLAS or cuSPARSE, called in order on one stream.</summary>
/// <remarks>Operations return before they are carried out. One backend serves one thread at a time; a second one is refused.</remarks>
public sealed partial class CudaBackend : IBackend
{
    private readonly Turns turns = new();
    private readonly CudaDevice device;
    private readonly KernelLibrary kernels;
    private readonly Scratch scratch;
    private readonly ScratchActivations currents; // between a layer and its neurons
    private readonly ScratchActivations means;    // between windows and a layer
    private readonly Cublas cublas;
    private readonly Cusparse cusparse;
    private readonly ProductKernels products;
    private readonly Precision numbers;
    private readonly ProductPrecision precision;

    /// <summary>For <see cref="CudaBackends.Register"/>; everybody else calls <see cref="Engine.Backends.Open"/>.</summary>
    /// <param name="ordinal">Which of the cards that CUDA shows.</param>
    /// <param name="numbers">That products are computed in.</param>
    /// <exception cref="BadInputException">There is no such card, or it cannot be used: the message says why.</exception>
    internal CudaBackend(int ordinal, Precision numbers)
    {
        (this.numbers, precision) = (numbers, ProductPrecision.Of(numbers));
        device = new CudaDevice(ordinal);
        kernels = new KernelLibrary(device);
        scratch = new Scratch(device);
        currents = new ScratchActivations(device);
        means = new ScratchActivations(device);
        cublas = new Cublas(device, precision);
        cusparse = new Cusparse(device);
        products = new ProductKernels(kernels, device.MostSharedBytes);
    }

    public string Name => $"cuda ({device.Model}, compute capability {device.Capability}, CUDA {device.Driver}{(numbers == Precision.Fp32 ? "" : $", {numbers.ToString().ToLowerInvariant()}")})";

    /// <summary>Kernels are compiled for the card by its driver, and the libraries choose theirs by card and version.</summary>
    public string Arithmetic => Name;

    /// <summary>cuBLAS, cuSPARSE and tensor cores add up in orders of their own.</summary>
    public bool AddsInKnownOrder => false;

    /// <summary>One card does one plan's work at a time, with all it has.</summary>
    public int Parallelism => 1;

    public long LiveBytes => device.LiveBytes;

    public long FreeBytes => device.FreeBytes;

    public DeviceBuffer Allocate(long length, ElementType type = ElementType.Float32)
    {
        using var turn = TakeTurn();
        return new CudaBuffer(device, length, type);
    }

    /// <summary>All samples in one block, as long as the widest value can be addressed: neighbouring threads then read neighbouring lanes.</summary>
    public LaneLayout ChooseLanes(int batch, int timesteps, bool skipsSilence, long largestMap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(timesteps);
        return new LaneLayout(batch, Math.Max(1, timesteps), batch).Fitting(largestMap);
    }

    public bool PoolsWhileReading(LaneLayout lanes) => false;

    /// <summary>While a profiler is attached, replays call the operations one by one: a graph's launch would hide under which names they run.</summary>
    public IRecording Record(Action operations)
    {
        using var turn = TakeTurn();
        operations();
        return Nvtx.IsAttached
            ? new CalledRecording(operations)
            : new CudaRecording(device, operations, () => scratch.Generation + currents.Generation + means.Generation);
    }

    public void Synchronize()
    {
        using var turn = TakeTurn();
        device.Synchronize();
    }

    public IDisposable? Range(string name) => NvtxRange.Begin(name);

    public DeviceTraffic? Traffic => device.Staging.Traffic;

    public void Dispose()
    {
        turns.End(); // no operation is being called, and none will be
        energy?.Dispose();
        kernels.Dispose();
        cublas.Dispose();
        cusparse.Dispose();
        scratch.Dispose();
        currents.Dispose();
        means.Dispose();
        device.Dispose();
    }

    /// <summary>The calling thread's turn, on which the driver's calls mean this card, and which a profiler shows under the operation's name.</summary>
    private NamedTurn TakeTurn([CallerMemberName] string operation = "")
    {
        var turn = turns.Take();
        device.MakeCurrent();
        return new NamedTurn(turn, operation);
    }

    /// <summary>Address of floats, or of other elements, that an operation reads.</summary>
    private static ulong Reading(DeviceBuffer buffer, long count, ElementType type = ElementType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, buffer.Length);
        return CudaBuffer.AddressOf(buffer, type);
    }

    /// <summary>Address of what an operation changes; every replay of a recording changes it again.</summary>
    private ulong Changing(DeviceBuffer buffer, long count, ElementType type = ElementType.Float32)
    {
        buffer.MarkChanged();
        device.Recorder?.Changes(buffer);
        return Reading(buffer, count, type);
    }

    /// <summary>Address of a buffer that may be missing: 0 then.</summary>
    private static ulong ReadingOrNull(DeviceBuffer? buffer, long count) => buffer is null ? 0 : Reading(buffer, count);

    /// <inheritdoc cref="ReadingOrNull"/>
    private ulong ChangingOrNull(DeviceBuffer? buffer, long count) => buffer is null ? 0 : Changing(buffer, count);
}
