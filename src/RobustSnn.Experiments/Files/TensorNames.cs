using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>The names of a network's own parameters in files that went through PyTorch, whose wrappers and counters add to them.</summary>
public static class TensorNames
{
    // Left at the beginning of every name by what holds the network: a dictionary, a training class, a wrapper.
    private static readonly string[] CommonPrefixes = ["state_dict.", "model.", "net.", "network."];

    // Left anywhere in a name: DataParallel, DistributedDataParallel and AveragedModel keep what they wrap as 'module', torch.compile as
    // '_orig_mod'. They may wrap the whole network or one of its parts, as 'features.module.0.weight'.
    private static readonly string[] WrapperParts = ["module", "_orig_mod"];

    // Batches that BatchNorm has seen, and weights that AveragedModel has averaged: nothing that a network computes depends on them.
    private static readonly string[] Counters = ["num_batches_tracked", "n_averaged"];

    /// <summary>
    /// The file's tensors under the names that the network itself gives them, in their order: what wrappers put into the names is taken
    /// out, a prefix that all names share (<c>state_dict.</c>, <c>model.</c>, <c>net.</c>, <c>network.</c>) likewise, and BatchNorm's
    /// <c>num_batches_tracked</c> is left out. No element is copied. A file that has its own names already is returned as it is.
    /// </summary>
    /// <exception cref="BadInputException">Two tensors would have one name; the message gives both as they are in the file.</exception>
    public static TensorFile Normalise(TensorFile file)
    {
        HostTensor[] kept = [.. file.Tensors.Where(tensor => !IsCounter(tensor.Name))];
        string[] names = Array.ConvertAll(kept, tensor => WithoutWrappers(tensor.Name));
        while (Array.Find(CommonPrefixes, prefix => IsCommon(names, prefix)) is { } common)
        {
            names = Array.ConvertAll(names, name => name[common.Length..]);
        }

        if (names.SequenceEqual(file.Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal))
        {
            return file;
        }

        CheckDistinct(file, kept, names);
        return file.With([.. kept.Zip(names, (tensor, name) => tensor.Renamed(name))]);
    }

    /// <summary>The file's tensors without the parts, whatever they are, that all their names begin with. No element is copied.</summary>
    internal static TensorFile WithoutCommonParts(TensorFile file)
    {
        string[] names = [.. file.Tensors.Select(tensor => tensor.Name)];
        while (names.Length > 0 && names[0].IndexOf('.') is var dot and >= 0 && names[0][..(dot + 1)] is var common && IsCommon(names, common))
        {
            names = Array.ConvertAll(names, name => name[common.Length..]);
        }

        return file.With([.. file.Tensors.Zip(names, (tensor, name) => tensor.Renamed(name))]);
    }

    /// <summary>Whether a tensor only counts what training did.</summary>
    public static bool IsCounter(string name) => Array.Exists(
        Counters, counter => name == counter || name.EndsWith($".{counter}", StringComparison.Ordinal));

    private static bool IsCommon(string[] names, string prefix) =>
        names.Length > 0 && Array.TrueForAll(names, name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal));

    // The last part names the parameter itself and stays.
    private static string WithoutWrappers(string name)
    {
        string[] parts = name.Split('.');
        return string.Join('.', parts.Where((part, i) => i == parts.Length - 1 || !WrapperParts.Contains(part)));
    }

    private static void CheckDistinct(TensorFile file, HostTensor[] tensors, string[] names)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (!first.TryAdd(names[i], tensors[i].Name))
            {
                throw new BadInputException(
                    $"{file.FilePath}: tensors '{first[names[i]]}' and '{tensors[i].Name}' are both '{names[i]}' without their wrappers' "
                    + "prefixes; save the state_dict of one network only");
            }
        }
    }
}
