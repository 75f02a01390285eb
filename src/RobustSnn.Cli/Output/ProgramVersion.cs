using System.Reflection;

namespace RobustSnn.Cli.Output;

/// <summary>Which program this is.</summary>
internal static class ProgramVersion
{
    private const int CommitLetters = 12;

    /// <summary>E.g. "0.1.0, commit 4615df1fceec"; built where there was no git, "0.1.0, unknown commit".</summary>
    public static string Text { get; } = Of(typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    /// <param name="informational">As the compiler writes it: the number, and behind a plus sign the commit.</param>
    internal static string Of(string informational) => informational.Split('+', 2) is [var number, { Length: > 0 } commit]
        ? $"{number}, commit {commit[..Math.Min(commit.Length, CommitLetters)]}"
        : $"{informational.TrimEnd('+')}, unknown commit";
}
