using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Device;

/// <summary>
/// One card: its context, the stream that all work goes through in order, and the memory that is taken of it. Whoever calls the driver has its
/// answer looked at by <see cref="Check(CUResult, string)"/>.
/// </summary>
internal sealed class CudaDevice : IDisposable
{
    /// <summary>Warp-level products of half precision begin with it, and the kernels are compiled for it.</summary>
    public static readonly Version LeastCapability = new(8, 0);

    private const int PciBusIdBytes = 32;

    private readonly HashSet<CudaBuffer> alive = [];
    private readonly PrimaryContext context;
    private readonly CudaStream stream;

    /// <param name="ordinal">Its number among the cards that CUDA shows.</param>
    /// <exception cref="BadInputException">There is no such card, no driver, or one that is too old.</exception>
    public CudaDevice(int ordinal)
    {
        try
        {
            CudaLibraries.Require(NvidiaLibrary.Driver);
            // Asked for now, and not at the first layer that multiplies with them, which may be hours later.
            CudaLibraries.Require(NvidiaLibrary.Blas);
            CudaLibraries.Require(NvidiaLibrary.Sparse);
            var count = CudaContext.GetDeviceCount();
            if (count == 0)
            {
                throw new CudaException(CUResult.ErrorNoDevice);
            }

            if (ordinal >= count)
            {
                throw new BadInputException($"cuda: there are {count} NVIDIA devices, number {ordinal} (from 0) is asked for");
            }

            var capability = CudaContext.GetDeviceComputeCapability(ordinal);
            Model = CudaContext.GetDeviceName(ordinal);
            if (capability < LeastCapability)
            {
                throw new BadInputException(
                    $"cuda: {Model} has compute capability {capability}, {LeastCapability} (Ampere) or above is needed; use --backend cpu");
            }

            Capability = capability;
            Driver = CudaContext.GetDriverVersion();
            context = new PrimaryContext(ordinal);
            context.SetCurrent();
            MostSharedBytes = Attribute(context.Device, CUDeviceAttribute.MaxSharedMemoryPerBlockOptin);
            stream = new CudaStream(CUStreamFlags.NonBlocking);
            Staging = new Staging(this);
        }
        catch (CudaLibraryException missing)
        {
            throw new BadInputException($"cuda: {missing.Message}", missing);
        }
        catch (CudaException failure)
        {
            Staging?.Dispose();
            stream?.Dispose();
            context?.Dispose();
            throw new BadInputException($"cuda: {DriverRefusal.Of(failure)}", failure);
        }
    }

    /// <summary>What NVIDIA calls the card.</summary>
    public string Model { get; }

    /// <summary>Its compute capability: what instructions it has.</summary>
    public Version Capability { get; }

    /// <summary>The CUDA version that the driver speaks.</summary>
    public Version Driver { get; }

    /// <summary>Where it sits: domain, bus, device and function, by which every library of NVIDIA's knows it.</summary>
    public string PciBusId
    {
        get
        {
            var text = new byte[PciBusIdBytes];
            Check(DriverAPINativeMethods.DeviceManagement.cuDeviceGetPCIBusId(text, text.Length, context.Device), "ask where the card sits");
            return System.Text.Encoding.ASCII.GetString(text, 0, Array.IndexOf(text, (byte)0));
        }
    }

    /// <summary>Bytes of shared memory that a block of threads may have, if a kernel asks for more than the usual 48 KiB.</summary>
    public int MostSharedBytes { get; }

    /// <summary>Everything is done on it, in the order of the calls.</summary>
    public CUstream Stream => stream.Stream;

    /// <summary>The way of bytes between host and card.</summary>
    public Staging Staging { get; }

    /// <summary>What a recording that is being made has to know of the operations in it; null while operations are carried out.</summary>
    public CudaRecording? Recorder { get; set; }

    /// <summary>Bytes of buffers not disposed.</summary>
    public long LiveBytes { get; private set; }

    public long FreeBytes
    {
        get
        {
            MakeCurrent();
            var (free, total) = (default(SizeT), default(SizeT));
            Check(DriverAPINativeMethods.MemoryManagement.cuMemGetInfo_v2(ref free, ref total), "ask for the memory that is free");
            return (long)(ulong)free;
        }
    }

    /// <summary>Has the calling thread's calls of the driver mean this card.</summary>
    public void MakeCurrent() => Check(SetCurrent(), "turn to the card");

    /// <summary>The same before something is given back: of a card at fault nothing can be, and the fault is what its caller should see.</summary>
    public void MakeCurrentToGiveBack() => _ = SetCurrent();

    /// <summary>Returns when everything that was called has been carried out.</summary>
    public void Synchronize()
    {
        MakeCurrent();
        Check(DriverAPINativeMethods.Streams.cuStreamSynchronize(Stream), "wait for the device");
    }

    /// <summary>Address of so many bytes, zeroed.</summary>
    /// <exception cref="BadInputException">The card has no more.</exception>
    public CUdeviceptr Take(CudaBuffer buffer, long bytes)
    {
        MakeCurrent();
        if (Recorder is not null)
        {
            throw new InvalidOperationException("memory was asked for while a recording is made: the run before it should have taken it");
        }

        var address = default(CUdeviceptr);
        var result = DriverAPINativeMethods.MemoryManagement.cuMemAlloc_v2(ref address, (ulong)Math.Max(bytes, 1));
        if (result == CUResult.ErrorOutOfMemory)
        {
            throw TooLittleMemory($"{bytes >> 20} MiB more are needed than {Model} gives");
        }

        Check(result, "allocate memory");
        Clear(address, Math.Max(bytes, 1));
        alive.Add(buffer);
        LiveBytes += bytes;
        return address;
    }

    /// <summary>Sets bytes to 0, behind all that was called before.</summary>
    public void Clear(ulong address, long bytes) =>
        Check(DriverAPINativeMethods.MemsetAsync.cuMemsetD8Async(new CUdeviceptr { Pointer = address }, 0, (ulong)bytes, Stream), "clear memory");

    /// <summary>Gives a buffer's memory back, once what uses it has been carried out.</summary>
    public void Release(CudaBuffer buffer, CUdeviceptr address, long bytes)
    {
        if (alive.Remove(buffer))
        {
            MakeCurrentToGiveBack();
            _ = DriverAPINativeMethods.MemoryManagement.cuMemFree_v2(address);
            LiveBytes -= bytes;
        }
    }

    /// <summary>Has the driver compile PTX.</summary>
    /// <exception cref="CudaException">It could not; the options' log says why.</exception>
    public CUmodule LoadModule(byte[] image, CudaJitOptionCollection options) => context.LoadModulePTX(image, options);

    /// <param name="result">What the driver answered.</param>
    /// <param name="what">It was asked to do.</param>
    /// <exception cref="BadInputException">The card's memory did not suffice.</exception>
    /// <exception cref="InvalidOperationException">The call failed: a fault of this program or of the card, not of its user.</exception>
    public void Check(CUResult result, string what)
    {
        if (result != CUResult.Success)
        {
            throw Failure(result, what);
        }
    }

    /// <summary>What <see cref="Check"/> throws.</summary>
    public Exception Failure(CUResult result, string what) => result == CUResult.ErrorOutOfMemory
        ? OutOfMemory(what)
        : new InvalidOperationException($"cuda: could not {what}: {Describe(result)}");

    /// <summary>What is thrown where the driver or a library wanted memory for something itself: a graph, code, a handle.</summary>
    public BadInputException OutOfMemory(string what) => TooLittleMemory($"{Model} has too little memory left to {what}");

    /// <summary>What to look at where one of NVIDIA's libraries does not start; a card whose memory is taken has it say that it is not initialised.</summary>
    public string AboutLibraries => $"Is it of a CUDA that the driver ({Driver}) knows, and is memory of the card left for it ({FreeBytes >> 20} MiB are free)?";

    /// <summary>How a sentence goes on that says how much more was wanted than there is; that cannot fail in its turn.</summary>
    private BadInputException TooLittleMemory(string lack)
    {
        var (free, total) = (default(SizeT), default(SizeT));
        var isKnown = DriverAPINativeMethods.MemoryManagement.cuMemGetInfo_v2(ref free, ref total) == CUResult.Success;
        return new BadInputException(
            $"cuda: {lack}, beside {LiveBytes >> 20} MiB in use{(isKnown ? $" and {(long)(ulong)free >> 20} MiB free" : "")}. Take a smaller batch or fewer timesteps");
    }

    private CUResult SetCurrent() => DriverAPINativeMethods.ContextManagement.cuCtxSetCurrent(context.Context);

    private static int Attribute(CUdevice card, CUDeviceAttribute attribute)
    {
        var value = 0;
        var result = DriverAPINativeMethods.DeviceManagement.cuDeviceGetAttribute(ref value, attribute, card);
        return result == CUResult.Success ? value : throw new CudaException(result);
    }

    /// <summary>Number, name and text of an answer of the driver.</summary>
    public static string Describe(CUResult result)
    {
        IntPtr name = default, text = default;
        _ = DriverAPINativeMethods.ErrorHandling.cuGetErrorName(result, ref name);
        _ = DriverAPINativeMethods.ErrorHandling.cuGetErrorString(result, ref text);
        return $"{System.Runtime.InteropServices.Marshal.PtrToStringAnsi(name) ?? "unknown"} ({(int)result}): "
            + System.Runtime.InteropServices.Marshal.PtrToStringAnsi(text);
    }

    public void Dispose()
    {
        MakeCurrentToGiveBack();
        foreach (var buffer in alive.ToArray())
        {
            buffer.Dispose();
        }

        Staging.Dispose();
        stream.Dispose();
        context.Dispose();
    }
}
