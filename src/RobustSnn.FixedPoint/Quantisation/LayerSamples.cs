namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>What a layer reads at some positions, of some images at some timesteps: of each the numbers that the taps of an output see.</summary>
/// <param name="inputs">Taps of all input channels: weights of an output, were nothing pruned.</param>
/// <param name="count">Samples.</param>
internal sealed class LayerSamples(int inputs, int count)
{
    private readonly short[] values = new short[checked(inputs * count)];

    public int Count { get; } = count;

    /// <summary>What one tap sees, sample by sample.</summary>
    public Span<short> Of(int input) => values.AsSpan(input * Count, Count);

    /// <summary>The same about its mean.</summary>
    public (float[] Centred, double Mean) Centred(int input)
    {
        var seen = Of(input);
        var sum = 0L;
        foreach (var value in seen)
        {
            sum += value;
        }

        var mean = (double)sum / Count;
        var centred = new float[Count];
        for (var sample = 0; sample < centred.Length; sample++)
        {
            centred[sample] = (float)(seen[sample] - mean);
        }

        return (centred, mean);
    }
}
