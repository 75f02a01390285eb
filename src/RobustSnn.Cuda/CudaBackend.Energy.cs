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
                catch (Exception reason) when (reason is CudaLibraryException or EntryPointNotFoundException or NvmlException or InvalidOperationException)
                {
                    whyNoEnergy = WhyNot(reason);
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
        try
        {
            return energy!.Measure(() =>
            {
                work();
                Synchronize();
            });
        }
        catch (NvmlException failure)
        {
            whyNoEnergy = WhyNot(failure);
            throw new InvalidOperationException(whyNoEnergy, failure);
        }
    }

    private string WhyNot(Exception reason) => $"cuda: the energy of {device.Model} cannot be read: {reason.Message}";
}
