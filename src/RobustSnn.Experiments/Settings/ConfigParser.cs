using RobustSnn.Model;
using YamlDotNet.Core.Events;
using YamlDotNet.Core;

namespace RobustSnn.Experiments.Settings;

/// <summary>
/// Parses the part of YAML that experiment files use: mappings with plain keys, lists, scalars. Anchors, aliases, tags and several
/// documents are refused, so that what is read is what is seen.
/// </summary>
internal sealed class ConfigParser
{
    // Deeper than any setting; keeps hostile nesting from the stack.
    private const int MaximumDepth = 16;

    private readonly string text;
    private readonly Scanner scanner;
    private readonly Parser parser;
    private readonly Func<Mark, Place> place;

    private ConfigParser(string text, Func<Mark, Place> place)
    {
        this.text = text;
        scanner = new Scanner(new StringReader(text));
        parser = new Parser(scanner);
        this.place = place;
    }

    /// <summary>A whole file: one mapping.</summary>
    /// <exception cref="BadInputException">Not YAML, or outside the part that is read.</exception>
    public static ConfigMapping File(string text, string source)
    {
        ConfigNode node = new ConfigParser(text, mark => new Place(source, mark.Line, mark.Column)).Document();
        return node as ConfigMapping ?? throw Bad(node.Place, "expected keys and values, e.g. 'name: my-experiment', found something else");
    }

    /// <summary>An override <c>key.path=value</c> as nested mappings.</summary>
    /// <exception cref="BadInputException">There is no '=', or the value is not YAML.</exception>
    public static ConfigMapping Override(string text)
    {
        var at = new Place($"--set {text}", 0, 0);
        string[] parts = text.Split('=', 2);
        if (parts.Length != 2 || parts[0].Split('.').Any(string.IsNullOrWhiteSpace))
        {
            throw Bad(at, "expected key.path=value, e.g. pretrain.epochs=10");
        }

        ConfigNode value = new ConfigParser(parts[1], _ => at).Document();
        string[] keys = parts[0].Trim().Split('.');
        for (int i = keys.Length - 1; i >= 0; i--)
        {
            value = new ConfigMapping(at, [new ConfigEntry(keys[i], at, value)]);
        }

        return (ConfigMapping)value;
    }

    private ConfigNode Document()
    {
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out StreamEnd? empty))
            {
                return new ConfigScalar(place(empty.Start), "", Plain: true);
            }

            parser.Consume<DocumentStart>();
            ConfigNode node = Node(0, "");
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                throw Bad(place(parser.Current!.Start), "expected one YAML document, found a second");
            }

            return node;
        }
        catch (YamlException exception)
        {
            (Mark at, string problem) = YamlFault.Of(text, exception, scanner.CurrentPosition);
            throw new BadInputException($"{place(at)}: not valid YAML: {problem}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // YamlDotNet's scanner throws this, without a place, where a list left open runs into the next line's key.
            throw new BadInputException(
                $"{place(scanner.CurrentPosition)}: not valid YAML here; perhaps a list or mapping before it is not closed", exception);
        }
        catch (ArgumentException exception)
        {
            // And this for a tag that is no URI.
            throw new BadInputException(
                $"{place(parser.Current?.End ?? Mark.Empty)}: not valid YAML after this: {exception.Message}", exception);
        }
    }

    private ConfigNode Node(int depth, string path)
    {
        ParsingEvent next = parser.Consume<ParsingEvent>();
        Place at = place(next.Start);
        if (depth > MaximumDepth)
        {
            throw Bad(at, $"nested more than {MaximumDepth} deep");
        }

        if (next is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
        {
            throw Bad(at, "anchors (&) and tags (!) are not read; write the value itself");
        }

        return next switch
        {
            Scalar scalar => new ConfigScalar(at, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new ConfigSequence(at, Items(depth, path)),
            MappingStart => new ConfigMapping(at, Entries(depth, path)),
            AnchorAlias => throw Bad(at, "aliases (*) are not read; write the value itself, in quotes if it begins with *"),
            _ => throw Bad(at, $"unexpected {next}"),
        };
    }

    private List<ConfigNode> Items(int depth, string path)
    {
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1, path));
        }

        return items;
    }

    private List<ConfigEntry> Entries(int depth, string path)
    {
        var entries = new List<ConfigEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ConfigNode key = Node(depth + 1, path);
            if (key is not ConfigScalar { Text: var name })
            {
                throw Bad(key.Place, "expected a name as key, found a list or mapping");
            }

            if (entries.Find(entry => entry.Key == name) is { } first)
            {
                throw Bad(key.Place, $"{path}{name}: the key is already there at {first.Place}; remove one of the two");
            }

            entries.Add(new ConfigEntry(name, key.Place, Node(depth + 1, $"{path}{name}.")));
        }

        return entries;
    }

    private static BadInputException Bad(Place place, string problem) => new($"{place}: {problem}");
}
