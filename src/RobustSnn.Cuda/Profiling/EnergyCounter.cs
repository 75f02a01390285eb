using System.Diagnostics;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Profiling;

/// <summary>A card's own count of the energy that it has taken, read through NVML before and after something runs.</summary>
internal sealed class EnergyCounter : IDisposable
{
    private const double MillijoulesInJoule = 1000;

    private readonly Nvml nvml = new();
    private readonly NvmlDevice card;

    /// <param name="pciBusId">Which card: NVML numbers them in another order than CUDA.</param>
    /// <exception cref="CudaLibraryException">NVML is not on this machine.</exception>
    /// <exception cref="NvmlException">NVML does not start, does not know the card, or the card does not count.</exception>
    public EnergyCounter(string pciBusId)
    {
        try
        {
            card = nvml.DeviceByPciBusId(pciBusId);
            _ = card.TotalEnergyMillijoules;
        }
        catch
        {
            nvml.Dispose();
            throw;
        }
    }

    /// <param name="work">Has been carried out when it returns.</param>
    /// <exception cref="NvmlException">The counter does not answer, or began anew meanwhile.</exception>
    public DeviceEnergy Measure(Action work)
    {
        var before = card.TotalEnergyMillijoules;
        var start = Stopwatch.GetTimestamp();
        work();
        var time = Stopwatch.GetElapsedTime(start);
        var after = card.TotalEnergyMillijoules;
        return after >= before
            ? new DeviceEnergy((after - before) / MillijoulesInJoule, time)
            : throw new NvmlException(NvmlReturn.Unknown, $"its counter went back from {before} mJ to {after} mJ, as when the driver is loaded anew");
    }

    public void Dispose() => nvml.Dispose();
}
