namespace ManagedCuda.BasicTypes;

/// <summary>What a kernel needs, and what it may be given: sizes in bytes.</summary>
public enum CUFunctionAttribute
{
    MaxThreadsPerBlock = 0,
    SharedSizeBytes = 1,
    ConstSizeBytes = 2,
    LocalSizeBytes = 3,
    NumRegs = 4,
    PTXVersion = 5,
    BinaryVersion = 6,
    CacheModeCA = 7,

    /// <summary>Dynamic shared memory that a launch may ask for. Above 48 KiB it has to be set first.</summary>
    MaxDynamicSharedSizeBytes = 8,

    PreferredSharedMemoryCarveout = 9,
}
