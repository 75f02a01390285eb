using System.Text.RegularExpressions;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>What a module with parameters computes.</summary>
internal enum ModuleKind
{
    Convolution,
    Linear,
    BatchNorm,
}

/// <summary>The tensors that a module of PyTorch has: those whose names are the same up to the last dot.</summary>
/// <param name="Name">E.g. <c>features.0</c>.</param>
/// <param name="Tensors">In the file's order.</param>
internal sealed partial record StoredModule(string Name, ModuleKind Kind, IReadOnlyList<HostTensor> Tensors)
{
    private static readonly string[] Layer = ["weight", "bias"];
    private static readonly string[] Norm = ["weight", "bias", "running_mean", "running_var"];

    public bool HasBias => Tensors.Any(tensor => Part(tensor) == "bias");

    public HostTensor Weight => Tensors.First(tensor => Part(tensor) == "weight");

    /// <summary>What a tensor is of its module.</summary>
    public static string Part(HostTensor tensor) => tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..];

    /// <summary>The modules of a file in the order in which the network has them.</summary>
    /// <remarks>
    /// torch.save keeps the order in which a network's modules were made. A safetensors file has its tensors in an order of its own: there the numbers in
    /// the names say it.
    /// </remarks>
    /// <param name="isOrdered">Whether the file keeps the order.</param>
    /// <exception cref="BadInputException">Tensors are none of a convolution, a linear layer or a BatchNorm, or nothing says which of two comes first.</exception>
    public static IReadOnlyList<StoredModule> Of(TensorFile file, bool isOrdered)
    {
        StoredModule[] modules =
        [
            .. file.Tensors.GroupBy(tensor => tensor.Name[..Math.Max(0, tensor.Name.LastIndexOf('.'))], StringComparer.Ordinal)
                .Select(group => Of(file.FilePath, group.Key, [.. group])),
        ];
        return isOrdered ? modules : ByNumber(file.FilePath, modules);
    }

    private static StoredModule Of(string path, string name, HostTensor[] tensors)
    {
        string[] parts = [.. tensors.Select(Part)];
        int rank = tensors.FirstOrDefault(tensor => Part(tensor) == "weight")?.Dimensions.Count ?? 0;
        ModuleKind? kind = rank switch
        {
            4 when parts.All(Layer.Contains) => ModuleKind.Convolution,
            2 when parts.All(Layer.Contains) => ModuleKind.Linear,
            1 when Norm.All(parts.Contains) && parts.All(Norm.Contains) => ModuleKind.BatchNorm,
            _ => null,
        };
        return kind is { } known ? new StoredModule(name, known, tensors) : throw new BadInputException(
            $"{path}: the tensors {string.Join(", ", tensors.Select(tensor => $"'{tensor.Name}' [{string.Join(", ", tensor.Dimensions)}]"))} expected those of a "
            + "convolution (weight of 4 dimensions, bias), a linear layer (weight of 2, bias) or a BatchNorm (weight, bias, running_mean, running_var). "
            + "Networks of other layers are not imported by their sizes");
    }

    private static StoredModule[] ByNumber(string path, StoredModule[] modules)
    {
        foreach (StoredModule[] alike in modules
            .GroupBy(module => (module.Kind, Shape: string.Join(", ", module.Weight.Dimensions))).Select(group => group.ToArray()))
        {
            if (Array.Find(alike, module => WithoutNumbers(module.Name) != WithoutNumbers(alike[0].Name)) is { } other)
            {
                throw new BadInputException(
                    $"{path}: '{alike[0].Name}' and '{other.Name}' have the same shape, and nothing says which comes first: a safetensors file has its tensors in an "
                    + "order of its own. Save the network by torch.save(model.state_dict(), FILE), which keeps the order, or number the layers in their names");
            }
        }

        return [.. modules.OrderBy(module => Padded(module.Name), StringComparer.Ordinal)];
    }

    private static string WithoutNumbers(string name) => Numbers().Replace(name, "#");

    // So that 10 comes behind 9.
    private static string Padded(string name) => Numbers().Replace(name, match => match.Value.PadLeft(10, '0'));

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
