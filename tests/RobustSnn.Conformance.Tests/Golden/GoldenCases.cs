using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>Every golden case that there is.</summary>
internal static class GoldenCases
{
    private static readonly Lazy<IReadOnlyDictionary<string, GoldenCase>> Known = new(ReadAll);

    /// <summary>Cases by the names of their files without ending.</summary>
    public static IReadOnlyDictionary<string, GoldenCase> All => Known.Value;

    private static Dictionary<string, GoldenCase> ReadAll() =>
        GoldenFolders.Files("*.safetensors").ToDictionary(path => Path.GetFileNameWithoutExtension(path), Read);

    private static GoldenCase Read(string path)
    {
        var file = Safetensors.Read(path);
        return new GoldenCase(file.Metadata, file.Tensors.ToDictionary(tensor => tensor.Name, ToGolden));
    }

    private static GoldenTensor ToGolden(HostTensor tensor) => new(
        tensor.Dimensions,
        tensor.ElementType.IsFloating()
            ? tensor.ToFloats()
            : Array.ConvertAll(tensor.ToLongs(), value => (float)value));
}
