namespace RobustSnn.Cuda.Nvidia;

/// <summary>NVIDIA's libraries that are loaded while the program runs; none is needed to build it.</summary>
public enum NvidiaLibrary
{
    /// <summary>The driver, which comes with the card's driver package.</summary>
    Driver,

    /// <summary>cuBLAS: products of dense matrices. Part of CUDA.</summary>
    Blas,

    /// <summary>cuSPARSE: products of sparse matrices. Part of CUDA.</summary>
    Sparse,

    /// <summary>NVML: energy and power. Comes with the card's driver package.</summary>
    Nvml,
}
