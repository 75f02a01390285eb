using System.Runtime.InteropServices;

namespace ManagedCuda.CudaBlas;

/// <summary>cuBLAS's state for one thread and stream.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CudaBlasHandle
{
    public IntPtr Pointer;
}

/// <summary>What a call of cuBLAS came to.</summary>
public enum CublasStatus
{
    Success = 0,
    NotInitialized = 1,
    AllocFailed = 3,
    InvalidValue = 7,
    ArchMismatch = 8,
    MappingError = 11,
    ExecutionFailed = 13,
    InternalError = 14,
    NotSupported = 15,
    LicenseError = 16,
}

/// <summary>How a matrix is read. Matrices are stored column by column.</summary>
public enum Operation
{
    NonTranspose = 0,
    Transpose = 1,
    ConjugateTranspose = 2,
}

/// <summary>Where the numbers that scale a product lie.</summary>
public enum PointerMode
{
    Host = 0,
    Device = 1,
}

/// <summary>What a product is computed with.</summary>
public enum ComputeType
{
    Compute16F = 64,
    Compute32F = 68,
    Compute32FPedantic = 69,
    Compute64F = 70,
    Compute32I = 72,
    Compute32IPedantic = 73,
    Compute32FFast16F = 74,
    Compute32FFast16BF = 75,
    Compute32FFastTF32 = 77,
}

/// <summary>Which algorithm cuBLAS takes: newer cards choose themselves.</summary>
public enum GemmAlgo
{
    Default = -1,
    DefaultTensorOp = 99,
}
