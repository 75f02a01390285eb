namespace RobustSnn.Cuda.Nvidia;

/// <summary>What a call of NVML came to, as far as this program tells cases apart; others keep their number.</summary>
public enum NvmlReturn
{
    Success = 0,
    Uninitialized = 1,
    InvalidArgument = 2,

    /// <summary>The card does not measure this: energy is counted from Volta on.</summary>
    NotSupported = 3,

    NoPermission = 4,
    NotFound = 6,
    DriverNotLoaded = 9,
    FunctionNotFound = 13,
    GpuIsLost = 15,
    Unknown = 999,
}
