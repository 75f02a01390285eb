using RobustSnn.Cuda.Nvidia;
using RobustSnn.Cuda.Profiling;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>What the card takes, as NVML counts it.</summary>
public sealed partial class CudaBackend : IMeasuresEnergy
{
    private EnergyCounter? energy;
    private string? whyNoEnergy;

    public string? WhyNoEnergy
    {
        get
        {
            if (energy is null && whyNoEnergy is null)
            {
                try
                {
                    energy = new EnergyCounter(device.PciBusId);
                }
                catch (Exception reason) when (reason is CudaLibraryException or NvmlException)
                {
                    whyNoEnergy = $"cuda: the energy of {device.Model} cannot be read: {reason.Message}";
                }
            }

            return whyNoEnergy;
        }
    }

    public DeviceEnergy MeasureEnergy(Action work)
    {
        if (WhyNoEnergy is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        Synchronize(); // what was called before is not this work's
        return energy!.Measure(() =>
        {
            work();
            Synchronize();
        });
    }
}
