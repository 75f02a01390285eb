using System.Globalization;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Experiments.Settings;

/// <summary>
/// Makes the refusal of a node; the hint is appended to it. Of an item of a list, the element is its index in brackets, and the noun is
/// what is expected of it, in the place of the whole list's.
/// </summary>
internal delegate Exception Refusal(ConfigNode node, string hint, string element = "", string? noun = null);

/// <summary>How values of one type are written in an experiment file.</summary>
internal abstract class ValueKind
{
    private static readonly Dictionary<Type, ValueKind> Kinds = new()
    {
        [typeof(string)] = new ScalarKind<string>("text in one line", TryText, text => text),
        [typeof(bool)] = new ScalarKind<bool>("true or false", TryBoolean, value => value ? "true" : "false"),
        [typeof(int)] = new ScalarKind<int>("a whole number", TryInteger, Invariant, value => value),
        [typeof(ulong)] = new ScalarKind<ulong>("a whole number from 0", TryUnsigned, Invariant),
        [typeof(double)] = new ScalarKind<double>("a number", TryNumber, Invariant, value => value),
        [typeof(PixelFraction)] = new ScalarKind<PixelFraction>(
            "a distance in pixel units from 0 to 1, e.g. 8/255", PixelFraction.TryParse, value => value.ToString()),
        [typeof(AttackBudget)] = new ScalarKind<AttackBudget>(
            "a radius in pixel units from 0 to 1, e.g. 8/255, or one in L2, e.g. l2:0.5", AttackBudget.TryParse, value => value.ToString()),
        [typeof(AttackName)] = new AttackKind(),
        [typeof(ValueList<VggFeature>)] = Sequences.Features,
        [typeof(ValueList<int>)] = Sequences.Widths,
    };

    /// <summary>What is expected, in words.</summary>
    public abstract string Noun { get; }

    /// <summary>The kind of a type, or null where the type is none of a value.</summary>
    public static ValueKind? Of(Type type)
    {
        if (Kinds.TryGetValue(type, out ValueKind? kind))
        {
            return kind;
        }

        if (type.IsEnum)
        {
            return (ValueKind)Activator.CreateInstance(typeof(NameKind<>).MakeGenericType(type))!;
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>)
            ? (ValueKind)Activator.CreateInstance(typeof(ListKind<>).MakeGenericType(type.GetGenericArguments()))!
            : null;
    }

    public abstract object Read(ConfigNode node, Refusal refuse);

    public abstract ConfigNode Write(object value);

    /// <summary>The value as a number, for ranges; null where it has no range.</summary>
    public virtual double? Number(object value) => null;

    // A line break is a sign of a wrongly folded text: no setting needs one.
    private static bool TryText(string text, out string value)
    {
        value = text;
        return !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
    }

    private static bool TryBoolean(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false";
    }

    private static bool TryInteger(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryUnsigned(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    // Numbers come back as they were: .NET writes the shortest text that does.
    private static string Invariant<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}

/// <summary>Reads a value from text; false where the text is none.</summary>
internal delegate bool TryParse<T>(string text, out T value);

/// <summary>A single value.</summary>
internal sealed class ScalarKind<T>(string noun, TryParse<T> tryParse, Func<T, string> format, Func<T, double>? number = null) : ValueKind
    where T : notnull
{
    public override string Noun => noun;

    public override object Read(ConfigNode node, Refusal refuse) =>
        node is ConfigScalar { IsNull: false } scalar && tryParse(scalar.Text, out T value) ? value : throw refuse(node, "");

    // Text that would read as no value must be quoted; numbers and the like are plain.
    public override ConfigNode Write(object value)
    {
        var scalar = new ConfigScalar(default, format((T)value), Plain: true);
        return scalar with { Plain = !scalar.IsNull };
    }

    public override double? Number(object value) => number?.Invoke((T)value);
}

/// <summary>One of an enumeration's names, in snake_case.</summary>
internal sealed class NameKind<T> : ValueKind
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(value => SettingName.Of(value.ToString()));

    public override string Noun => $"one of {string.Join(", ", Values.Keys)}";

    public override object Read(ConfigNode node, Refusal refuse) => node switch
    {
        ConfigScalar { IsNull: false, Text: var text } =>
            Values.TryGetValue(text, out T value) ? value : throw refuse(node, NearestName.Hint(text, Values.Keys)),
        _ => throw refuse(node, ""),
    };

    public override ConfigNode Write(object value) => new ConfigScalar(default, SettingName.Of(value.ToString()!), Plain: true);
}

/// <summary>An attack of the catalogue, under its own name.</summary>
internal sealed class AttackKind : ValueKind
{
    public override string Noun => $"an attack: {AttackCatalogue.Known}, or one of these that uses gradients with _ens behind it";

    public override object Read(ConfigNode node, Refusal refuse)
    {
        if (node is not ConfigScalar { IsNull: false, Text: var text })
        {
            throw refuse(node, "");
        }

        try
        {
            var attack = AttackCatalogue.Parse(text);
            return attack.Members.All(member => member.Origin is null)
                ? new AttackName(attack.Name)
                : throw new BadInputException("In an experiment there is no other network to transfer it from; rsnn evaluate --transfer has one");
        }
        catch (BadInputException mistake)
        {
            throw refuse(node, $". {mistake.Message}");
        }
    }

    public override ConfigNode Write(object value) => new ConfigScalar(default, value.ToString()!, Plain: true);
}

/// <summary>A list without repetitions; a value that stands alone is a list of one.</summary>
internal sealed class ListKind<T> : ValueKind
    where T : notnull
{
    private readonly ValueKind item = Of(typeof(T)) ?? throw new InvalidOperationException($"no lists of {typeof(T)} in experiment files");

    public override string Noun => $"a list of different values, each {item.Noun}";

    public override object Read(ConfigNode node, Refusal refuse)
    {
        var nodes = node switch
        {
            ConfigSequence list => list.Items,
            ConfigScalar { IsNull: false } => [node],
            _ => throw refuse(node, ""),
        };

        var items = new List<T>();
        foreach (ConfigNode next in nodes)
        {
            var value = (T)item.Read(next, refuse);
            if (items.Contains(value))
            {
                throw refuse(next, " a second time");
            }

            items.Add(value);
        }

        return new ValueList<T>([.. items]);
    }

    public override ConfigNode Write(object value) =>
        new ConfigSequence(default, [.. ((ValueList<T>)value).Select(each => item.Write(each))]);
}

/// <summary>Names in code as names in files.</summary>
internal static class SettingName
{
    /// <summary>snake_case of PascalCase: FinetuneAnn is finetune_ann.</summary>
    public static string Of(string name) =>
        string.Concat(name.Select((letter, i) => (i > 0 && char.IsUpper(letter) ? "_" : "") + char.ToLowerInvariant(letter)));
}
