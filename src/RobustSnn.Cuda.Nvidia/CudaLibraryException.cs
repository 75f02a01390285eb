namespace RobustSnn.Cuda.Nvidia;

/// <summary>
/// One of NVIDIA's libraries is not on this machine, or cannot be loaded. The message says which, where it was looked for, and what to do. It is what a call into
/// a missing library throws anyway, so that whoever catches that catches both.
/// </summary>
public sealed class CudaLibraryException(NvidiaLibrary library, string message) : DllNotFoundException(message)
{
    public NvidiaLibrary Library { get; } = library;
}
