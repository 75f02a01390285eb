using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>An NVIDIA card, as its driver describes it.</summary>
/// <param name="Model">What NVIDIA calls it.</param>
/// <param name="Capability">Its compute capability.</param>
/// <param name="Bytes">Its memory.</param>
public sealed record CudaCard(string Model, Version Capability, long Bytes)
{
    /// <summary>Whether the backend runs on it.</summary>
    public bool IsUsable => Capability >= CudaDevice.LeastCapability;
}

/// <summary>The cards of this machine, for people; none is taken into use.</summary>
/// <param name="Cards">In CUDA's order, as CUDA_VISIBLE_DEVICES leaves them.</param>
/// <param name="Driver">The CUDA version that the driver speaks.</param>
/// <param name="AreEmulated">Whether they are the emulator, which the environment asked for.</param>
public sealed record CudaCards(IReadOnlyList<CudaCard> Cards, Version Driver, bool AreEmulated)
{
    /// <exception cref="BadInputException">There is no driver, or no card: what was looked for, or what the driver said.</exception>
    public static CudaCards Find()
    {
        try
        {
            CudaLibraries.Require(NvidiaLibrary.Driver);
            var cards = Enumerable.Range(0, CudaContext.GetDeviceCount()).Select(Describe).ToArray();
            return cards.Length > 0
                ? new CudaCards(cards, CudaContext.GetDriverVersion(), CudaLibraries.IsEmulated)
                : throw new CudaException(CUResult.ErrorNoDevice);
        }
        catch (CudaLibraryException missing)
        {
            throw new BadInputException(missing.Message, missing);
        }
        catch (CudaException failure)
        {
            throw new BadInputException(DriverRefusal.Of(failure), failure);
        }
    }

    private static CudaCard Describe(int ordinal)
    {
        var bytes = default(SizeT);
        var result = DriverAPINativeMethods.DeviceManagement.cuDeviceTotalMem_v2(ref bytes, CudaContext.GetCUdevice(ordinal));
        return result == CUResult.Success
            ? new CudaCard(CudaContext.GetDeviceName(ordinal), CudaContext.GetDeviceComputeCapability(ordinal), (long)(ulong)bytes)
            : throw new CudaException(result);
    }
}
