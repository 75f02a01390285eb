using System.Globalization;
using System.Text.RegularExpressions;

namespace RobustSnn.Cuda.Tests.Api;

/// <summary>
/// What a description of ManagedCuda's public interface lists: members, a line each, below the line of their class; calls of the driver with the class before a
/// colon; and lists of an enum's values.
/// </summary>
internal sealed partial class ApiDocument
{
    private readonly HashSet<(string Type, string Member)> members = [];
    private readonly Dictionary<string, Dictionary<string, long>> values = [];

    public ApiDocument(params string[] texts)
    {
        foreach (var text in texts)
        {
            Read(text);
        }
    }

    /// <param name="type">Without its namespace, the class around it, and its type parameters.</param>
    /// <param name="member">As <see cref="ApiMember.Of"/> writes it.</param>
    public bool Has(string type, string member) => members.Contains((type, member));

    /// <summary>Null where the value is not listed. The list of cuSPARSE's algorithms leaves out what all of their names begin with.</summary>
    public long? ValueOf(string type, string name)
    {
        var listed = values.GetValueOrDefault(type, []).Where(value => value.Key == name || name.EndsWith($"_{value.Key}", StringComparison.Ordinal)).ToList();
        return listed.Count == 0 ? null : listed.MaxBy(value => value.Key.Length).Value;
    }

    private void Read(string text)
    {
        string? type = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                type = null;
            }
            else if (StaticClass().Match(line) is { Success: true } natives)
            {
                type = natives.Groups[1].Value;
            }
            else if (Class().Match(line) is { Success: true } named)
            {
                type = named.Groups[1].Value;
            }
            else if (line.Contains("Enums: ", StringComparison.Ordinal))
            {
                ReadValues(line[(line.IndexOf("Enums: ", StringComparison.Ordinal) + "Enums: ".Length)..]);
            }
            else if (Member().Match(line) is { Success: true } member && (member.Groups[1].Success ? member.Groups[1].Value : type) is { } owner)
            {
                var call = member.Groups[1].Success || owner.EndsWith("NativeMethods", StringComparison.Ordinal);
                members.Add((owner, (call ? "static " : "") + Plain(member.Groups[2].Value)));
            }
        }
    }

    private void ReadValues(string lists)
    {
        foreach (var list in lists.Split(" · "))
        {
            var type = EnumName().Match(list).Groups[1].Value;
            values.TryAdd(type, []);
            foreach (Match value in Value().Matches(list))
            {
                foreach (var name in value.Groups[1].Value.Split('/'))
                {
                    values[type][name] = Number(value.Groups[2].Value);
                }
            }
        }
    }

    private static long Number(string text) => text.Split('+')
        .Sum(part => part.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt64(part, 16) : long.Parse(part, CultureInfo.InvariantCulture));

    /// <summary>Without what a caller does not see: attributes, comments, accessibility, overriding, constraints.</summary>
    private static string Plain(string member) => Spaces().Replace(Unseen().Replace(member, ""), " ").Replace("( ", "(", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"^`(\w+)` \(static class")]
    private static partial Regex StaticClass();

    [GeneratedRegex(@"^- `(?:abstract )?(?:class|struct) (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"^- (?:(\w+): )?`([^`]+)`")]
    private static partial Regex Member();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex EnumName();

    [GeneratedRegex(@"([A-Za-z_]\w*(?:/\w+)*) (0x[0-9A-Fa-f]+(?:\+\d+)?|-?\d+)")]
    private static partial Regex Value();

    [GeneratedRegex(@"\[(?:In|Out|In, Out)\] |/\*.*?\*/|\b(?:public|protected|virtual|override|abstract) |System\.IO\.| where .*$")]
    private static partial Regex Unseen();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
