namespace RobustSnn.Exchange.Nir;

/// <summary>An array of a node, as NIR has it.</summary>
/// <param name="Values">Floats or 64-bit whole numbers, row by row.</param>
/// <param name="Sizes">None for a scalar.</param>
internal sealed record NirArray(Array Values, params int[] Sizes)
{
    public static NirArray Of(float[] values, params int[] sizes) => new(values, sizes);

    public static NirArray Of(params long[] values) => new(values, values.Length);

    public static NirArray Scalar(long value) => new(new[] { value });
}

/// <summary>A node of a graph of NIR.</summary>
/// <param name="Type">One of NIR's: Conv2d, IF, …</param>
/// <param name="Arrays">Its attributes by name.</param>
internal sealed record NirNode(string Name, string Type, IReadOnlyDictionary<string, NirArray> Arrays);
