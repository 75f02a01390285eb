using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>What must hold between the settings of a network: it has a name or a family, and the sizes of that family.</summary>
internal static class NetworkRules
{
    private const string ArchitectureKey = "network.architecture";
    private const string FamilyKey = "network.family";

    /// <summary>Every rule that the network breaks: the key to blame and why.</summary>
    public static IEnumerable<(string Path, string Problem)> Broken(NetworkSettings network) => (network.Architecture, network.Family) switch
    {
        (null, null) when Sizes(network).FirstOrDefault(size => size.Value is not null) is { Key: not null } size =>
            [(FamilyKey, $"the key is missing: expected one of {Families()} beside {size.Key}")],
        (null, null) =>
            [(ArchitectureKey, $"the key is missing: expected one of {Known()}, or {FamilyKey} with its sizes")],
        (null, { } family) => OfFamily(network, family),
        ({ } architecture, _) => OfArchitecture(network, architecture),
    };

    private static IEnumerable<(string Path, string Problem)> OfArchitecture(NetworkSettings network, string architecture)
    {
        if (!Architectures.names.Contains(architecture))
        {
            yield return (ArchitectureKey, $"expected one of {Known()}, found '{architecture}'{NearestName.Hint(architecture, Architectures.names)}");
        }

        foreach (var (key, value) in Sizes(network).Prepend((FamilyKey, network.Family)).Where(size => size.Value is not null))
        {
            yield return (
                key, $"expected nothing, as {ArchitectureKey} names the whole network, '{architecture}', found a value; set one of the two to null");
        }
    }

    private static IEnumerable<(string Path, string Problem)> OfFamily(NetworkSettings network, NetworkFamily family)
    {
        string name = SettingName.Of(family.ToString());
        string[] wanted = family switch
        {
            NetworkFamily.Vgg => ["network.layers"],
            NetworkFamily.Resnet => ["network.depth"],
            _ => ["network.depth", "network.widen"],
        };
        string[] allowed = family == NetworkFamily.Vgg ? ["network.layers", "network.head", "network.dropout", "network.pooled"] : wanted;
        foreach (var (key, value) in Sizes(network))
        {
            if (value is null && wanted.Contains(key))
            {
                yield return (key, $"the key is missing: {FamilyKey} {name} needs it");
            }
            else if (value is not null && !allowed.Contains(key))
            {
                string has = string.Join(", ", allowed);
                yield return (key, $"expected nothing, as {FamilyKey} {name} has {has} alone, found a value; set it to null");
            }
        }

        if (network is { Family: NetworkFamily.Vgg, Layers: { } layers } && !layers.Any(layer => layer.IsC) && network.Head is not { Count: > 0 })
        {
            yield return ("network.layers", "expected a convolution, or a hidden layer in network.head, found neither: such a network has no neurons");
        }

        int beyond = family == NetworkFamily.Resnet ? 2 : 4;
        if (network.Depth is { } depth && family != NetworkFamily.Vgg && (depth <= beyond || (depth - beyond) % 6 != 0))
        {
            yield return ("network.depth", $"expected 6n + {beyond} layers, e.g. {18 + beyond}, found {depth}");
        }
    }

    private static IEnumerable<(string Key, object? Value)> Sizes(NetworkSettings network) =>
    [
        ("network.layers", network.Layers),
        ("network.head", network.Head),
        ("network.dropout", network.Dropout),
        ("network.pooled", network.Pooled),
        ("network.depth", network.Depth),
        ("network.widen", network.Widen),
    ];

    private static string Known() => string.Join(", ", Architectures.names);

    private static string Families() => string.Join(", ", Enum.GetNames<NetworkFamily>().Select(SettingName.Of));
}
