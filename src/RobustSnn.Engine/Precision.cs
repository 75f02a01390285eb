namespace RobustSnn.Engine;

/// <summary>
/// In which numbers the products of layers are computed. What lies between layers, and the sums of products, are 32-bit floats with each of them.
/// </summary>
public enum Precision
{
    /// <summary>32-bit floats: 24 bits of mantissa. What the papers' numbers are held against.</summary>
    Fp32,

    /// <summary>NVIDIA's TF32: 11 bits of mantissa, the range of 32-bit floats.</summary>
    Tf32,

    /// <summary>IEEE half precision: 11 bits of mantissa. Gradients, which are small, are computed in TF32.</summary>
    Fp16,

    /// <summary>bfloat16: 8 bits of mantissa, the range of 32-bit floats.</summary>
    Bf16,
}
