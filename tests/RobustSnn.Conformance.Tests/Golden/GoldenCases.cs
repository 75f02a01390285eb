using RobustSnn.Experiments.Files;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>The cases in shared/golden beside the repository.</summary>
internal static class GoldenCases
{
    private static readonly Lazy<IReadOnlyDictionary<string, GoldenCase>> Known = new(ReadAll);

    /// <summary>Cases by the names of their files without ending, empty where the folder is missing.</summary>
    public static IReadOnlyDictionary<string, GoldenCase> All => Known.Value;

    private static Dictionary<string, GoldenCase> ReadAll()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        var golden = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "golden");
        var files = Directory.Exists(golden) ? Directory.GetFiles(golden, "*.safetensors") : [];
        return files.Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileNameWithoutExtension(path), Read);
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
