using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>
/// The emulator with calls that fail: a folder in which one library has these calls and all others of the emulator's behind it. A card's memory runs out
/// at a graph, or its driver is at odds with the system, on no machine that tests run on.
/// </summary>
internal sealed class FailingEmulator : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Skips the test where there is no emulator, or no compiler.</summary>
    /// <param name="library">The file's name, as the emulator has it.</param>
    /// <param name="calls">Functions of C that stand before the library's own.</param>
    public FailingEmulator(string library, string calls)
    {
        CudaDevices.Require();
        if (!CudaLibraries.IsEmulated)
        {
            Assert.Ignore("fails the emulator's calls: RSNN_CUDA_EMULATOR=1 selects it ('./build.sh Emulator' builds it)");
        }

        var emulator = Path.GetDirectoryName(CudaLibraries.PathOf(NvidiaLibrary.Driver))!;
        foreach (var entry in Directory.EnumerateFileSystemEntries(emulator).Where(entry => Path.GetFileName(entry) != library))
        {
            File.CreateSymbolicLink(Path.Combine(folder.Path, Path.GetFileName(entry)), entry);
        }

        using var compiler = new CCompiler(folder);
        compiler.Library(library, calls, "-Wl,--no-as-needed", Path.Combine(emulator, library), $"-Wl,-rpath,{emulator}");
    }

    /// <summary>Runs a command of gpu-report on it.</summary>
    public (int Code, string Output, string Error) Run(params string[] arguments) =>
        ReportProcess.Run([(LibraryPlaces.EmulatorVariable, folder.Path), (Backends.CheckVariable, "0")], arguments);

    public void Dispose() => folder.Dispose();
}
