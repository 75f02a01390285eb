using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>The cases of the repository, in tests/golden, and those in shared/golden beside it, where there are any.</summary>
internal static class GoldenCases
{
    private const string Pattern = "*.safetensors";

    private static readonly Lazy<IReadOnlyDictionary<string, GoldenCase>> Known = new(ReadAll);

    /// <summary>Cases by the names of their files without ending.</summary>
    public static IReadOnlyDictionary<string, GoldenCase> All => Known.Value;

    private static Dictionary<string, GoldenCase> ReadAll()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        var root = folder?.FullName ?? throw new DirectoryNotFoundException("no folder above the tests holds Hybrid.sln");
        var beside = Path.Combine(root, "..", "shared", "golden");

        // The repository's own must be there: a folder without them is an error, not a reason to skip.
        var files = Directory.GetFiles(Path.Combine(root, "tests", "golden"), Pattern)
            .Concat(Directory.Exists(beside) ? Directory.GetFiles(beside, Pattern) : []);
        return files.DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), Read);
    }

    private static GoldenCase Read(string path)
    {
        var file = Safetensors.Read(path);
        return new GoldenCase(file.Metadata, file.Tensors.ToDictionary(tensor => tensor.Name, ToGolden));
    }

    private static GoldenTensor ToGolden(HostTensor tensor) => new(
        tensor.Dimensions,
        tensor.ElementType is ElementType.F32 or ElementType.F64
            ? tensor.ToFloats()
            : Array.ConvertAll(tensor.ToLongs(), value => (float)value));
}
