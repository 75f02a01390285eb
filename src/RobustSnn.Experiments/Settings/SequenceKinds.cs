using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>Reads one item of a sequence; false where the text is none.</summary>
internal delegate bool TryItem<T>(string text, out T value);

/// <summary>A list in which items may be there more than once; a value that stands alone is a list of one.</summary>
internal sealed class SequenceKind<T>(string noun, TryItem<T> tryItem, Func<T, string> format) : ValueKind
    where T : notnull
{
    // Far beyond any network that trains.
    private const int MostItems = 1000;

    public override string Noun => $"a list, each {noun}";

    public override object Read(ConfigNode node, Refusal refuse)
    {
        var nodes = node switch
        {
            ConfigSequence list => list.Items,
            ConfigScalar { IsNull: false } => [node],
            _ => throw refuse(node, ""),
        };
        if (nodes.Count > MostItems)
        {
            throw refuse(nodes[MostItems], $": there are {nodes.Count}, more than {MostItems}");
        }

        return new ValueList<T>([.. nodes.Select((item, index) => Item(item, index, refuse))]);
    }

    public override ConfigNode Write(object value) =>
        new ConfigSequence(default, [.. ((ValueList<T>)value).Select(each => new ConfigScalar(default, format(each), Plain: true))]);

    private T Item(ConfigNode node, int index, Refusal refuse) =>
        node is ConfigScalar { IsNull: false } scalar && tryItem(scalar.Text, out T value) ? value : throw refuse(node, "", $"[{index}]", noun);
}

/// <summary>The items of the sequences in experiment files.</summary>
internal static class Sequences
{
    // So many that the square of it, times the 9 weights of a kernel, is more than a tensor may have.
    private const int MostChannels = 65_536;

    public static readonly SequenceKind<VggFeature> Features = new("a number of channels, A or M", TryFeature, Text);

    public static readonly SequenceKind<int> Widths = new("a number of outputs", TryWidth, value => value.ToString(CultureInfo.InvariantCulture));

    private static bool TryWidth(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= MostChannels;

    private static bool TryFeature(string text, out VggFeature value)
    {
        value = text == "A" ? VggFeature.A : VggFeature.M;
        if (text is "A" or "M")
        {
            return true;
        }

        bool isWidth = TryWidth(text, out int width);
        value = VggFeature.NewC(Math.Max(width, 1));
        return isWidth;
    }

    private static string Text(VggFeature feature) => feature switch
    {
        VggFeature.C convolution => convolution.outputs.ToString(CultureInfo.InvariantCulture),
        _ => feature.IsA ? "A" : "M",
    };
}
