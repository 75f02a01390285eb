namespace RobustSnn.Experiments.Files;

/// <summary>How the system says that somebody has a file that was to be opened for oneself alone.</summary>
internal static class SharingViolation
{
    /// <summary>A sharing violation on Windows, EAGAIN of flock elsewhere.</summary>
    public static bool Is(IOException fault) => OperatingSystem.IsWindows()
        ? (fault.HResult & 0xFFFF) is 32 or 33
        : fault.HResult == (OperatingSystem.IsLinux() ? 11 : 35);
}
