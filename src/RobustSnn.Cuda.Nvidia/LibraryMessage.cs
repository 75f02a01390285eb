namespace RobustSnn.Cuda.Nvidia;

/// <summary>What is said to somebody whose machine lacks a library.</summary>
internal static class LibraryMessage
{
    public static string Missing(NvidiaLibrary library, LibrarySearch search, bool emulated) =>
        $"{Name(library)} was not found. Tried: {string.Join("; ", search.Tried)}. {Advice(library, emulated)}";

    private static string Name(NvidiaLibrary library) => library switch
    {
        NvidiaLibrary.Driver => "NVIDIA's driver (libcuda.so.1; nvcuda.dll on Windows)",
        NvidiaLibrary.Blas => "cuBLAS of CUDA 12 or 13 (libcublas)",
        NvidiaLibrary.Sparse => "cuSPARSE of CUDA 12 or 13 (libcusparse)",
        NvidiaLibrary.Nvml => "NVML, which comes with NVIDIA's driver (libnvidia-ml.so.1; nvml.dll on Windows)",
        _ => throw new ArgumentOutOfRangeException(nameof(library), library, null),
    };

    private static string Advice(NvidiaLibrary library, bool emulated) => (library, emulated) switch
    {
        (_, true) => $"{LibraryPlaces.EmulatorVariable} is set, so only the emulator was looked for: build it with ./build.sh Emulator, "
            + "set the variable to the folder that has it, or unset it.",
        (NvidiaLibrary.Driver or NvidiaLibrary.Nvml, _) => $"Install the driver of the card, or name the folder that has the library in {LibraryPlaces.Variable}.",
        _ => "Install CUDA 12 or 13 (pip install nvidia-cublas-cu12 nvidia-cusparse-cu12 is enough), "
            + $"or name the folder that has the library in {LibraryPlaces.Variable}.",
    };
}
