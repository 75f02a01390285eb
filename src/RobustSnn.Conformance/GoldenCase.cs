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

    public IReadOnlyDictionary<string, GoldenTensor> Tensors { get; } = tensors;

    public string Architecture => Text("architecture");

    public int Timesteps => Whole("T");

    public int BalancingTimesteps => Whole("balance_T");

    public int InputSize => Whole("input_size");

    public int Batch => Whole("batch");

    /// <summary>
    /// Smallest |u − v_th| of the clean forward pass: above 1e-5, float32 spikes must be identical. Infinite where not given.
    /// </summary>
    public double MinMargin => metadata.ContainsKey("min_margin") ? Number("min_margin") : double.PositiveInfinity;

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
        .FirstOrDefault(count => count > 0) ?? 1 + Labels().Max();

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
    /// <exception cref="BadInputException">Missing, not one a sample, or not whole numbers from 0.</exception>
    public int[] Labels()
    {
        var labels = Tensor("y").Values;
        if (labels.Length != Batch || labels.Any(label => label < 0 || label != MathF.Floor(label)))
        {
            throw new BadInputException($"'y' is [{string.Join(", ", labels)}], expected {Batch} whole numbers from 0.");
        }

        return Array.ConvertAll(labels, label => (int)label);
    }

    private string Text(string key) => metadata.TryGetValue(key, out var value)
        ? value
        : throw new BadInputException($"The golden case's metadata has no '{key}'.");

    /// <summary>A distance between pixels of [0,1], from the metadata: 8/255 or 0.03.</summary>
    /// <exception cref="BadInputException">Missing, or no number.</exception>
    public float Pixels(string key)
    {
        var parts = Text(key).Split('/');
        return parts.Length == 2 ? (float)(Parse(key, parts[0]) / Parse(key, parts[1])) : (float)Number(key);
    }

    /// <summary>A number from the metadata.</summary>
    /// <exception cref="BadInputException">Missing, or no number.</exception>
    public double Number(string key) => Parse(key, Text(key));

    /// <summary>Outputs of the linear layer with the highest number.</summary>
    private int? ClassesOfHead() => Tensors
        .Where(each => each.Key.StartsWith("param.classifier.", StringComparison.Ordinal) && each.Value.Dimensions.Count == 2)
        .OrderByDescending(each => int.TryParse(each.Key.Split('.')[2], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1)
        .Select(each => (int?)each.Value.Dimensions[0])
        .FirstOrDefault();

    private int Whole(string key) =>
        int.TryParse(Text(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Bad(key, "a whole number", Text(key));

    private IReadOnlyList<double> Triple(string key) =>
        [.. Text(key).Trim('(', ')', '[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => Parse(key, part))];

    private static double Parse(string key, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(key, "a number", text);

    private static BadInputException Bad(string key, string expected, string found) =>
        new($"The golden case's metadata '{key}' expects {expected}, found '{found}'.");
}
