using System.Runtime.InteropServices;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>NVML as the library has it. Texts are ASCII, ended by a zero.</summary>
internal static unsafe partial class NvmlNativeMethods
{
    private const string Library = "nvidia-ml";

    static NvmlNativeMethods() => NativeLibrary.SetDllImportResolver(
        typeof(NvmlNativeMethods).Assembly, (name, _, _) => name == Library ? CudaLibraries.Require(NvidiaLibrary.Nvml) : 0);

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlInit_v2();

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlShutdown();

    [LibraryImport(Library)]
    public static partial byte* nvmlErrorString(NvmlReturn result);

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlDeviceGetHandleByIndex_v2(uint index, out nint device);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NvmlReturn nvmlDeviceGetHandleByUUID(string uuid, out nint device);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NvmlReturn nvmlDeviceGetHandleByPciBusId_v2(string pciBusId, out nint device);

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlDeviceGetName(nint device, byte* name, uint length);

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlDeviceGetTotalEnergyConsumption(nint device, out ulong millijoules);

    [LibraryImport(Library)]
    public static partial NvmlReturn nvmlDeviceGetPowerUsage(nint device, out uint milliwatts);
}
