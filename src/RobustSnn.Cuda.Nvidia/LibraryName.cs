namespace RobustSnn.Cuda.Nvidia;

/// <summary>A file's name under which a library may be found.</summary>
/// <param name="Major">The version of CUDA that it belongs to, where the name says it: an older driver cannot run it.</param>
internal readonly record struct LibraryName(string File, int? Major = null)
{
    /// <summary>In the order in which they are looked for: the newest first, development links, which name no version, last.</summary>
    public static LibraryName[] Of(NvidiaLibrary library, bool windows) => (library, windows) switch
    {
        (NvidiaLibrary.Driver, false) => [new("libcuda.so.1"), new("libcuda.so")],
        (NvidiaLibrary.Blas, false) => [new("libcublas.so.13", 13), new("libcublas.so.12", 12), new("libcublas.so")],
        (NvidiaLibrary.Sparse, false) => [new("libcusparse.so.12"), new("libcusparse.so")], // CUDA 13's is still number 12
        (NvidiaLibrary.Nvml, false) => [new("libnvidia-ml.so.1"), new("libnvidia-ml.so")],
        (NvidiaLibrary.Driver, true) => [new("nvcuda.dll")],
        (NvidiaLibrary.Blas, true) => [new("cublas64_13.dll", 13), new("cublas64_12.dll", 12)],
        (NvidiaLibrary.Sparse, true) => [new("cusparse64_12.dll")],
        (NvidiaLibrary.Nvml, true) => [new("nvml.dll")],
        _ => throw new ArgumentOutOfRangeException(nameof(library), library, null),
    };

    /// <summary>Those of the emulator, which is built for Linux only.</summary>
    public static LibraryName[] OfEmulator(NvidiaLibrary library) => library == NvidiaLibrary.Blas ? [new("libcublas.so.12", 12)] : Of(library, windows: false)[..1];

    /// <summary>What a library asks the loader for by name, and which may be in folders that the loader does not know.</summary>
    /// <param name="majors">The versions of CUDA that it may be of.</param>
    public static IEnumerable<string> NeededBy(NvidiaLibrary library, int[] majors) => library switch
    {
        NvidiaLibrary.Blas => majors.Select(major => $"libcublasLt.so.{major}"),
        NvidiaLibrary.Sparse => majors.Select(major => $"libnvJitLink.so.{major}"),
        _ => [],
    };
}
