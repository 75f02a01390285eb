using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>A machine whose file system is a folder of the test: the program is in house/program, the user at home.</summary>
internal sealed class FolderMachine : IDisposable
{
    public TemporaryFolder Files { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public string Path => Files.Path;

    public SearchedMachine Searched(bool windows = false) =>
        new(windows, Path, System.IO.Path.Combine(Path, "house", "program"), System.IO.Path.Combine(Path, "home"), Variables.GetValueOrDefault);

    public string Folder(string name) => Files.Folder(name);

    public string File(string name, byte[]? content = null) => Files.File(name, content);

    public void Dispose() => Files.Dispose();
}
