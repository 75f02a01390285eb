namespace ManagedCuda.BasicTypes;

/// <summary>Whose unsafe calls end a capture: any thread's, this thread's, nobody's.</summary>
public enum CUstreamCaptureMode
{
    Global = 0,
    Local = 1,
    Relaxed = 2,
}

/// <summary>Whether a stream records its work instead of doing it.</summary>
public enum CUstreamCaptureStatus
{
    None = 0,
    Active = 1,
    Invalidated = 2,
}
