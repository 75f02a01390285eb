namespace RobustSnn.Cuda.Nvidia;

/// <summary>What a search for libraries depends on. Tests search folders of their own.</summary>
/// <param name="Root">Where the file system begins.</param>
/// <param name="ProgramFolder">Where the running program is.</param>
/// <param name="UserFolder">The user's home.</param>
/// <param name="Variable">An environment variable's value; null where it is not set.</param>
internal sealed record SearchedMachine(bool IsWindows, string Root, string ProgramFolder, string UserFolder, Func<string, string?> Variable)
{
    public static SearchedMachine ThisOne { get; } = new(
        OperatingSystem.IsWindows(),
        Path.GetPathRoot(AppContext.BaseDirectory)!,
        AppContext.BaseDirectory,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetEnvironmentVariable);
}
