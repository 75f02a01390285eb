using ManagedCuda;
using ManagedCuda.BasicTypes;

namespace RobustSnn.Cuda.Device;

/// <summary>Why NVIDIA's driver, which is here, gives no card to compute on, for people.</summary>
internal static class DriverRefusal
{
    private const string Visible = "CUDA_VISIBLE_DEVICES";

    /// <summary>That there is none, where that is what the driver says; else what it does say: the call, its error's name and number, and the driver's text.</summary>
    public static string Of(CudaException failure) => failure.CudaError == CUResult.ErrorNoDevice
        ? $"NVIDIA's driver is here and shows no card{(Environment.GetEnvironmentVariable(Visible) is { } chosen ? $"; {Visible} is '{chosen}'" : "")}"
        : $"NVIDIA's driver is here and refuses: {failure.Message}";
}
