using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>
/// Finds NVIDIA's libraries, of CUDA 13 or 12. They are looked for in the folders of <c>RSNN_CUDA_LIBRARIES</c> (separated as in PATH), where the system's loader
/// looks, in the toolkit of <c>CUDA_PATH</c> or <c>CUDA_HOME</c>, in those under /usr/local, and where conda and pip put them. With <c>RSNN_CUDA_EMULATOR</c> set to
/// 1, or to a folder, only the emulator is looked at; nothing else ever chooses it. A library is searched once in a process; what was tried is kept.
/// </summary>
public static class CudaLibraries
{
    private static readonly ConcurrentDictionary<NvidiaLibrary, Lazy<LibrarySearch>> Searches = [];

    /// <summary>Whether the emulator was asked for: then no figure comes from a card.</summary>
    public static bool IsEmulated => new LibraryPlaces(SearchedMachine.ThisOne).IsEmulated;

    public static bool IsThere(NvidiaLibrary library) => Search(library).Handle != 0;

    /// <returns>The library as the system has loaded it.</returns>
    /// <exception cref="CudaLibraryException">It is not there, or cannot be loaded: what was tried, and what to do.</exception>
    public static nint Require(NvidiaLibrary library) => Search(library) is { Handle: not 0 } found
        ? found.Handle
        : throw new CudaLibraryException(library, LibraryMessage.Missing(library, Search(library), IsEmulated));

    /// <summary>The file that was loaded; without a folder where the system's loader found it.</summary>
    /// <exception cref="CudaLibraryException">It is not there, or cannot be loaded: what was tried, and what to do.</exception>
    public static string PathOf(NvidiaLibrary library)
    {
        _ = Require(library);
        return Search(library).Path!;
    }

    private static LibrarySearch Search(NvidiaLibrary library) =>
        Searches.GetOrAdd(library, key => new(() => new LibrarySearch(SearchedMachine.ThisOne, key, VersionFor(key)))).Value;

    /// <summary>Libraries of CUDA's toolkit depend on the driver, the driver's own do not.</summary>
    private static Version? VersionFor(NvidiaLibrary library) => library is NvidiaLibrary.Blas or NvidiaLibrary.Sparse ? DriverVersion() : null;

    private static unsafe Version? DriverVersion()
    {
        if (!IsThere(NvidiaLibrary.Driver) || !NativeLibrary.TryGetExport(Require(NvidiaLibrary.Driver), "cuDriverGetVersion", out var function))
        {
            return null;
        }

        var version = 0;
        return ((delegate* unmanaged<int*, int>)function)(&version) == 0 ? new Version(version / 1000, version % 1000 / 10) : null;
    }
}
