using RobustSnn.Model;

namespace RobustSnn.GpuReport;

/// <summary>One chapter of the report.</summary>
/// <param name="Write">Appends it, and says whether everything in it was as it should be.</param>
internal sealed record Part(string Name, string Title, Func<ReportOptions, Markdown, bool> Write);

/// <summary>A part could not be made.</summary>
internal sealed class PartFailedException(string message) : Exception(message);

/// <summary>The chapters, in their order.</summary>
internal static class Parts
{
    private static readonly IReadOnlyList<Part> All =
    [
        new("machine", "Machine", MachinePart.Write),
        new("contract", "Operations against the reference", ContractPart.Write),
        new("conformance", "Golden cases", ConformancePart.Write),
        new("speed", "What the card does at most", SpeedPart.Write),
        new("operations", "Operations on layers of VGG-16", OperationsPart.Write),
        new("bench", "Whole passes, beside PyTorch", BenchPart.Write),
        new("energy", "Energy", EnergyPart.Write),
    ];

    public static IEnumerable<string> Names => All.Select(part => part.Name);

    /// <param name="names">All where empty.</param>
    /// <exception cref="BadInputException">There is none of that name.</exception>
    public static IReadOnlyList<Part> Choose(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => All.All(part => part.Name != name)) is { } unknown)
        {
            throw new BadInputException($"--parts: expected any of {string.Join(", ", Names)}, found '{unknown}'");
        }

        return [.. All.Where(part => names.Count == 0 || names.Contains(part.Name))];
    }
}
