using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>A tensor of a golden case: dimensions outermost first, none for a scalar, and its values in that order.</summary>
public readonly record struct GoldenTensor(IReadOnlyList<int> Dimensions, float[] Values);

/// <summary>
/// A small network with its inputs and what must come out, computed elsewhere: tensors by name and metadata, as the golden files'
/// README defines them. Where it came from is the caller's business.
/// </summary>
public sealed class GoldenCase(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, GoldenTensor> tensors)
{
    private GoldenShapes? shapes;
    private GoldenKind? kind;

    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;

    public IReadOnlyDictionary<string, GoldenTensor> Tensors { get; } = tensors;

    public string Architecture => Text("architecture");

    public int Timesteps => Count("T");

    public int BalancingTimesteps => Count("balance_T");

    public int InputSize => Count("input_size");

    public int Batch => Count("batch");

    /// <summary>What the case must have.</summary>
    /// <exception cref="BadInputException">There is none of that name.</exception>
    internal GoldenKind Kind => kind ??= GoldenKind.Of(Metadata);

    /// <summary>
    /// Smallest |u − v_th| of the clean forward pass: above 1e-5, float32 spikes must be identical. Infinite where not given.
    /// </summary>
    public double MinMargin => Metadata.ContainsKey("min_margin") ? Number("min_margin") : double.PositiveInfinity;

    public NeuronModel Neurons => new(Number("leak"), Text("reset") switch
    {
        "hard" => Reset.Hard,
        "soft" => Reset.Soft,
        var other => throw Bad("reset", "hard or soft", other),
    });

    /// <summary>In pixel units of [0,1]; written 8/255.</summary>
    public float Epsilon => Pixels("eps");

    public IReadOnlyList<double> Mean => Triple("norm_mean");

    public IReadOnlyList<double> Deviation => Triple("norm_std");

    /// <summary>From the last layer's weights, or where they have other names, from the logits, or else as many as the labels need.</summary>
    public int Classes => ClassesOfHead() ?? new[] { "logits", "logits.act", "logits.steps" }
        .Where(Tensors.ContainsKey)
        .Select(name => (int?)Tensors[name].Dimensions.LastOrDefault())
        .FirstOrDefault(count => count > 0) ?? ClassesOfLabels();

    /// <exception cref="BadInputException">
    /// Missing, not finite, not of as many values as its dimensions say, or not of the shape that the network, T and the batch give it.
    /// </exception>
    public GoldenTensor Tensor(string name)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
        {
            throw new BadInputException($"The golden case has no tensor '{name}'.");
        }

        var count = tensor.Dimensions.Aggregate(1L, (product, size) => product * size);
        if (count != tensor.Values.Length)
        {
            throw new BadInputException(
                $"'{name}' has {tensor.Values.Length} values, expected {count} for ({string.Join(", ", tensor.Dimensions)}).");
        }

        if (Array.FindIndex(tensor.Values, value => !float.IsFinite(value)) is var index and >= 0)
        {
            throw new BadInputException($"'{name}' is {tensor.Values[index]} at value {index}, expected finite numbers.");
        }

        (shapes ??= new GoldenShapes(this)).Require(name, tensor.Dimensions);
        return tensor;
    }

    /// <summary>The values of a tensor.</summary>
    /// <exception cref="BadInputException">Missing, not finite, or not that many.</exception>
    public float[] Tensor(string name, int count)
    {
        var values = Tensor(name).Values;
        return values.Length == count
            ? values
            : throw new BadInputException($"'{name}' has {values.Length} values, expected {count}.");
    }

    /// <summary>y, one of each sample.</summary>
    /// <exception cref="BadInputException">Missing, not one a sample, or no classes of the network.</exception>
    public int[] Labels() => Whole("y", Classes - 1);

    /// <summary>The values of a tensor of whole numbers.</summary>
    /// <param name="largest">What they may be; from 0.</param>
    /// <exception cref="BadInputException">Missing, or others.</exception>
    public int[] Whole(string name, int largest)
    {
        var values = Tensor(name).Values;
        return Array.TrueForAll(values, value => value >= 0 && value <= largest && value == MathF.Floor(value))
            ? Array.ConvertAll(values, value => (int)value)
            : throw new BadInputException($"'{name}' is [{Start(values)}], expected whole numbers from 0 to {largest}.");
    }

    /// <summary>The values of a tensor of signs.</summary>
    /// <exception cref="BadInputException">Missing, or neither 1 nor −1.</exception>
    public float[] Signs(string name)
    {
        var values = Tensor(name).Values;
        return Array.TrueForAll(values, value => value is 1 or -1)
            ? values
            : throw new BadInputException($"'{name}' is [{Start(values)}], expected 1 and -1.");
    }

    private int ClassesOfLabels() =>
        Tensors.TryGetValue("y", out var labels) && labels.Values.Length > 0 && labels.Values.Max() is >= 0 and < 1e6f and var largest
            ? 1 + (int)largest
            : throw new BadInputException("The golden case has neither a last layer, logits nor labels that say how many classes there are.");

    private string Text(string key) => Metadata.TryGetValue(key, out var value)
        ? value
        : throw new BadInputException($"The golden case's metadata has no '{key}'.");

    /// <summary>A distance between pixels of [0,1], from the metadata: 8/255 or 0.03.</summary>
    /// <exception cref="BadInputException">Missing, or no number.</exception>
    public float Pixels(string key)
    {
        var parts = Text(key).Split('/');
        var pixels = parts.Length == 2 ? (float)(Parse(key, parts[0]) / Parse(key, parts[1])) : (float)Number(key);
        return pixels is >= 0 and <= 1 ? pixels : throw Bad(key, "a distance from 0 to 1, e.g. 8/255", Text(key));
    }

    /// <summary>A finite number from the metadata.</summary>
    /// <exception cref="BadInputException">Missing, or none.</exception>
    public double Number(string key) => Parse(key, Text(key));

    /// <summary>Outputs of the linear layer with the highest number.</summary>
    private int? ClassesOfHead() => Tensors
        .Where(each => each.Key.StartsWith("param.classifier.", StringComparison.Ordinal) && each.Value.Dimensions.Count == 2)
        .OrderByDescending(each => int.TryParse(each.Key.Split('.')[2], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1)
        .Select(each => (int?)each.Value.Dimensions[0])
        .FirstOrDefault();

    /// <summary>A number of things from the metadata.</summary>
    /// <exception cref="BadInputException">Missing, or no whole number of at least 1.</exception>
    public int Count(string key) =>
        int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1
            ? value
            : throw Bad(key, "a whole number of at least 1", Text(key));

    private IReadOnlyList<double> Triple(string key) =>
        [.. Text(key).Trim('(', ')', '[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => Parse(key, part))];

    private static double Parse(string key, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw Bad(key, "a finite number", text);

    private static string Start(float[] values) => string.Join(", ", values.Take(10)) + (values.Length > 10 ? ", …" : "");

    private static BadInputException Bad(string key, string expected, string found) =>
        new($"The golden case's metadata '{key}' expects {expected}, found '{found}'.");
}
