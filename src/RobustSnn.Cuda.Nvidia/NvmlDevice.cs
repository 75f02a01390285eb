using System.Text;
using static RobustSnn.Cuda.Nvidia.NvmlNativeMethods;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>A card, while the <see cref="Nvml"/> that it comes from is open.</summary>
public readonly record struct NvmlDevice
{
    private const int LongestName = 96;

    private readonly nint handle;

    internal NvmlDevice(nint handle) => this.handle = handle;

    /// <exception cref="NvmlException">NVML does not answer.</exception>
    public unsafe string Name
    {
        get
        {
            var name = stackalloc byte[LongestName];
            Nvml.ThrowUnlessSuccess(nvmlDeviceGetName(handle, name, LongestName), nameof(nvmlDeviceGetName));
            var text = new ReadOnlySpan<byte>(name, LongestName);
            return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
        }
    }

    /// <summary>Of the whole card, since the driver was loaded. The card counts in steps of some tens of milliseconds.</summary>
    /// <exception cref="NvmlException">The card does not count it (<see cref="NvmlReturn.NotSupported"/>), or NVML does not answer.</exception>
    public ulong TotalEnergyMillijoules
    {
        get
        {
            Nvml.ThrowUnlessSuccess(nvmlDeviceGetTotalEnergyConsumption(handle, out var millijoules), nameof(nvmlDeviceGetTotalEnergyConsumption));
            return millijoules;
        }
    }

    /// <summary>Of the whole card, as it was measured last.</summary>
    /// <exception cref="NvmlException">The card does not measure it (<see cref="NvmlReturn.NotSupported"/>), or NVML does not answer.</exception>
    public int PowerMilliwatts
    {
        get
        {
            Nvml.ThrowUnlessSuccess(nvmlDeviceGetPowerUsage(handle, out var milliwatts), nameof(nvmlDeviceGetPowerUsage));
            return (int)milliwatts;
        }
    }
}
