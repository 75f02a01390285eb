namespace ManagedCuda.BasicTypes;

/// <summary>Of <c>cuInit</c>: there are none.</summary>
[Flags]
public enum CUInitializationFlags : uint
{
    None = 0,
}

/// <summary>Whether a stream also waits for the default stream.</summary>
[Flags]
public enum CUStreamFlags : uint
{
    None = 0,
    Default = 0,
    NonBlocking = 1,
}

/// <summary>How an event is waited for, and whether it can be timed.</summary>
[Flags]
public enum CUEventFlags
{
    Default = 0,
    BlockingSync = 1,
    DisableTiming = 2,
    InterProcess = 4,
}

/// <summary>How pages of the host are locked for copies.</summary>
[Flags]
public enum CUMemHostAllocFlags
{
    None = 0,
    Portable = 1,
    DeviceMap = 2,
    WriteCombined = 4,
}

/// <summary>How a graph is made ready.</summary>
[Flags]
public enum CUgraphInstantiate_flags : ulong
{
    None = 0,
    AutoFreeOnLaunch = 1,
    Upload = 2,
    DeviceLaunch = 4,
    UseNodePriority = 8,
}
