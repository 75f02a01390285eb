namespace RobustSnn.Cuda.Nvidia;

/// <summary>A call of NVML failed. The message has the call, the number and what NVML says of it.</summary>
public sealed class NvmlException(NvmlReturn error, string message) : Exception(message)
{
    public NvmlReturn Error { get; } = error;
}
