using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;

namespace RobustSnn.Cuda.Connections;

/// <summary>What products are computed with: the one place that says so.</summary>
/// <param name="Stored">What matrices hold.</param>
/// <param name="Computed">How they are multiplied and added up.</param>
internal readonly record struct Precision(cudaDataType Stored, ComputeType Computed)
{
    /// <summary>32-bit floats, multiplied and added up as such: no tensor core rounds them.</summary>
    public static Precision Single { get; } = new(cudaDataType.CUDA_R_32F, ComputeType.Compute32F);
}
