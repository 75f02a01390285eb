using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Connections;

/// <summary>What products are computed with: the one place that says so.</summary>
/// <param name="Forward">How cuBLAS multiplies 32-bit floats and adds them up, for what layers make.</param>
/// <param name="Gradient">The same for gradients.</param>
/// <param name="Halves">Halves that tensor cores take for a weight where spikes are multiplied, each channel with a power of two as scale: two
/// have 22 bits of mantissa, one has the 11 of TF32.</param>
internal readonly record struct ProductPrecision(ComputeType Forward, ComputeType Gradient, int Halves)
{
    /// <summary>What matrices hold, whatever is made of it on the way to a product.</summary>
    public const cudaDataType Stored = cudaDataType.CUDA_R_32F;

    public static ProductPrecision Of(Precision precision) => precision switch
    {
        Precision.Fp32 => new(ComputeType.Compute32F, ComputeType.Compute32F, 2),
        Precision.Tf32 => new(ComputeType.Compute32FFastTF32, ComputeType.Compute32FFastTF32, 1),
        Precision.Fp16 => new(ComputeType.Compute32FFast16F, ComputeType.Compute32FFastTF32, 1),
        Precision.Bf16 => new(ComputeType.Compute32FFast16BF, ComputeType.Compute32FFast16BF, 1),
    };
}
