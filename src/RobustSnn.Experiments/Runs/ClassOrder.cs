using System.Collections.Immutable;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Which class of a network is which of a data set: by name, because folders in another order, or with other names, give accuracies that
/// look like any other and mean nothing.
/// </summary>
public static class ClassOrder
{
    private const int MostShown = 12;

    /// <summary>The network's class of each of the data set's.</summary>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="network">Its classes, in the order of its logits.</param>
    /// <param name="data">The data set's classes, in the order of its labels.</param>
    /// <param name="mapping">
    /// What the user says: <c>plane=airplane,car=automobile</c>, the data set's name first; names that both know need not be said. Empty to
    /// map by equal names. Null where the user said nothing: then names and order must be the same.
    /// </param>
    /// <exception cref="BadInputException">Names or order differ and no mapping says how, or it does not say it of every class.</exception>
    public static ImmutableArray<int> Map(string path, IReadOnlyList<string> network, IReadOnlyList<string> data, string? mapping)
    {
        if (mapping is null)
        {
            return network.SequenceEqual(data, StringComparer.Ordinal)
                ? [.. Enumerable.Range(0, data.Count)]
                : throw new BadInputException(
                    $"{path}: the network's classes are, in this order, {List(network)}; those of the images are {List(data)}. Accuracy would "
                    + "mean nothing. Rename the folders, or say which is which by --map-classes, e.g. "
                    + $"--map-classes {Example(network, data)}; --map-classes \"\" maps by equal names");
        }

        Dictionary<string, string> said = Read(mapping, network, data);
        var classes = data.Select(name => IndexOf(network, said.GetValueOrDefault(name, name))).ToArray();
        if (Array.FindIndex(classes, each => each < 0) is var unknown and >= 0)
        {
            throw new BadInputException(
                $"{path}: --map-classes does not say which of the network's classes '{data[unknown]}' is. The network has {List(network)}");
        }

        return classes.Distinct().Count() == classes.Length
            ? [.. classes]
            : throw new BadInputException($"{path}: --map-classes gives two classes of the images to one of the network: {List(network)}");
    }

    private static Dictionary<string, string> Read(string mapping, IReadOnlyList<string> network, IReadOnlyList<string> data)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in mapping.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !data.Contains(parts[0]) || IndexOf(network, parts[1]) < 0 || !said.TryAdd(parts[0], parts[1]))
            {
                throw new BadInputException(
                    $"--map-classes: expected pairs such as {Example(network, data)}, a class of the images and one of the network, each once; "
                    + $"found '{pair}'. The images have {List(data)}, the network {List(network)}{Hint(parts, network, data)}");
            }
        }

        return said;
    }

    /// <summary>For the one of the pair that is not known.</summary>
    private static string Hint(string[] pair, IReadOnlyList<string> network, IReadOnlyList<string> data) => pair.Length != 2 ? ""
        : !data.Contains(pair[0]) ? NearestName.Hint(pair[0], data)
        : IndexOf(network, pair[1]) < 0 ? NearestName.Hint(pair[1], network)
        : "";

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static string List(IReadOnlyList<string> names) => names.Count <= MostShown
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostShown))}, … ({names.Count})";

    private static string Example(IReadOnlyList<string> network, IReadOnlyList<string> data)
    {
        var other = Enumerable.Range(0, Math.Min(network.Count, data.Count)).FirstOrDefault(i => network[i] != data[i]);
        return $"{data[other]}={network[other]}";
    }
}
