namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Files in shared/golden beside the repository.</summary>
internal static class Golden
{
    /// <summary>The file's path; where it is missing, the test is skipped.</summary>
    public static string File(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        string path = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "golden", name);
        if (!System.IO.File.Exists(path))
        {
            Assert.Ignore($"needs {path}");
        }

        return path;
    }
}
