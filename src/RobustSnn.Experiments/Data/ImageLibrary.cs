using System.Runtime.InteropServices;

namespace RobustSnn.Experiments.Data;

/// <summary>A library of the operating system that reads images of one kind.</summary>
/// <param name="Purpose">What it does, e.g. "JPEG images".</param>
/// <param name="File">Its name, as the system's loader takes it.</param>
/// <param name="Packages">What has it.</param>
public sealed record ImageLibrary(string Purpose, string File, string Packages)
{
    /// <summary>Those that reading folders of images may need.</summary>
    public static IReadOnlyList<ImageLibrary> All { get; } =
        [new("JPEG images", TurboJpeg.Library, TurboJpeg.Packages), new("PNG images", LibPng.Library, LibPng.Packages)];

    /// <summary>Whether this machine has it.</summary>
    public bool IsThere => NativeLibrary.TryLoad(File, out _);
}
