namespace RobustSnn.Cli.Output;

/// <summary>Names of files in commands that a person may copy.</summary>
internal static class Quoting
{
    public static string Of(string path) => path.Contains(' ') ? $"'{path}'" : path;
}
