using System.Text.Json;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>A JSON object read property by property, every one of which must be asked for: what nobody asked for is refused.</summary>
internal sealed class JsonFields
{
    private const int LongestQuotation = 60;

    private readonly string place;
    private readonly JsonElement element;
    private readonly List<string> known;

    /// <param name="place">What every refusal begins with.</param>
    /// <exception cref="BadInputException">Not an object.</exception>
    public JsonFields(string place, JsonElement element)
        : this(place, element, [])
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new BadInputException($"{place}: expected an object, found {Quoted(element)}");
        }
    }

    private JsonFields(string place, JsonElement element, List<string> known) => (this.place, this.element, this.known) = (place, element, known);

    /// <summary>The same object, whose place has become known better.</summary>
    public JsonFields At(string betterPlace) => new(betterPlace, element, known);

    public JsonFields Object(string name) => new($"{place}: {name}", Take(name));

    /// <summary>Whether there is such a property, which may be left out.</summary>
    public bool Has(string name)
    {
        Know(name);
        return element.TryGetProperty(name, out _);
    }

    /// <summary>The properties of an object whose names only the file knows.</summary>
    public JsonElement.ObjectEnumerator Properties(string name) =>
        Take(name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : throw Wrong(name, "an object");

    public JsonElement[] Elements(string name) =>
        Take(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : throw Wrong(name, "a list");

    public string Text(string name) =>
        Take(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Wrong(name, "text");

    public string? TextOrNull(string name) => Take(name).ValueKind == JsonValueKind.Null ? null : Text(name);

    public bool Flag(string name) => Take(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    public int Whole(string name) => Whole(Take(name)) ?? throw Wrong(name, "a whole number");

    public ulong Unsigned(string name) => Take(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt64(out var number)
        ? number
        : throw Wrong(name, $"a whole number from 0 to {ulong.MaxValue}");

    public int[] Wholes(string name) => Array.ConvertAll(Elements(name), each => Whole(each) ?? throw Wrong(name, "whole numbers"));

    /// <summary>The float that the text is nearest to, or null.</summary>
    public float? SingleOrNull(string name) => Take(name) switch
    {
        { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetSingle(out var number) && float.IsFinite(number) => number,
        _ => throw Wrong(name, "a finite number or null"),
    };

    public double Number(string name) => Number(Take(name)) ?? throw Wrong(name, "a finite number");

    public double[] Numbers(string name) => Array.ConvertAll(Elements(name), each => Number(each) ?? throw Wrong(name, "finite numbers"));

    public T OneOf<T>(string name, params (string Name, T Value)[] choices)
    {
        var text = Text(name);
        foreach (var choice in choices)
        {
            if (choice.Name == text)
            {
                return choice.Value;
            }
        }

        string[] names = Array.ConvertAll(choices, choice => choice.Name);
        throw new BadInputException(
            $"{place}: '{name}' expected one of {string.Join(", ", names)}, found {Quoted(Take(name))}{NearestName.Hint(Shortened(text), names)}");
    }

    /// <exception cref="BadInputException">There is a property that was not asked for.</exception>
    public void RequireNoOther()
    {
        foreach (var name in element.EnumerateObject().Select(property => property.Name).Where(name => !known.Contains(name)))
        {
            throw new BadInputException(
                $"{place}: expected only {string.Join(", ", known)}, found '{Shortened(name)}'{NearestName.Hint(Shortened(name), known)}");
        }
    }

    /// <summary>The refusal of a property's value.</summary>
    public BadInputException Wrong(string name, string expected) => new($"{place}: '{name}' expected {expected}, found {Quoted(Take(name))}");

    private static int? Whole(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A value as a refusal shows it.</summary>
    public static string Quoted(JsonElement value) => Shortened(value.GetRawText());

    /// <summary>The beginning of a text that a file may make as long as it likes.</summary>
    public static string Shortened(string text) => text.Length <= LongestQuotation ? text : $"{text[..LongestQuotation]}…";

    private void Know(string name)
    {
        if (!known.Contains(name))
        {
            known.Add(name);
        }
    }

    private JsonElement Take(string name)
    {
        Know(name);
        return element.TryGetProperty(name, out var value)
            ? value
            : throw new BadInputException($"{place}: expected '{name}', which is not there");
    }
}
