using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Reports.Collecting;

/// <summary>The threshold of a layer of neurons, as conversion left it and as finetuning did.</summary>
/// <param name="Converted">Null where the converted network is not in the folder.</param>
/// <param name="Finetuned">Null where the finetuned one is not.</param>
internal sealed record LayerThresholds(string Layer, double? Converted, double? Finetuned)
{
    private const string Suffix = ".v_th";

    /// <summary>Of each layer, in the order of the checkpoint.</summary>
    /// <exception cref="BadInputException">A checkpoint cannot be read, or a threshold of one is no number.</exception>
    public static IReadOnlyList<LayerThresholds> Of(string folder)
    {
        var before = Read(Path.Combine(folder, Stage.Convert.FileName()));
        var after = Read(Path.Combine(folder, Stage.FinetuneSnn.FileName()));
        return [.. before.Keys.Union(after.Keys).Select(layer => new LayerThresholds(layer, ValueOf(before, layer), ValueOf(after, layer)))];
    }

    private static double? ValueOf(Dictionary<string, double> thresholds, string layer) => thresholds.TryGetValue(layer, out var value) ? value : null;

    private static Dictionary<string, double> Read(string path) => File.Exists(path)
        ? Safetensors.Read(path).Tensors.Where(tensor => tensor.Name.EndsWith(Suffix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Name[..^Suffix.Length], tensor => Number(path, tensor))
        : [];

    private static double Number(string path, HostTensor tensor) => tensor.Count == 1 && tensor.ToDoubles()[0] is var value && double.IsFinite(value)
        ? value
        : throw new BadInputException($"{path}: {tensor.Name}: expected one finite threshold, found {tensor.Count} values or none that is finite");
}
