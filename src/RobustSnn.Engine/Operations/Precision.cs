namespace RobustSnn.Engine.Operations;

/// <summary>
/// In which numbers a card computes the products of layers where it has a choice: products of cuBLAS, and spikes on tensor cores. Lists of
/// connections and products of cuSPARSE, which pruned layers take, are 32-bit floats with each of them; so are sums and what lies between layers.
/// </summary>
public enum Precision
{
    /// <summary>
    /// 32-bit floats: 24 bits of mantissa, and what the papers' numbers are held against. Where spikes are multiplied on tensor cores a weight is
    /// two halves, together 22 bits of the channel's largest weight, and these cores cut sums off rather than round them.
    /// </summary>
    Fp32,

    /// <summary>NVIDIA's TF32: 11 bits of mantissa, the range of 32-bit floats.</summary>
    Tf32,

    /// <summary>IEEE half precision: 11 bits of mantissa. Gradients, which are small, are computed in TF32.</summary>
    Fp16,

    /// <summary>bfloat16: 8 bits of mantissa, the range of 32-bit floats; weights of spikes have the 11 of a half.</summary>
    Bf16,
}
