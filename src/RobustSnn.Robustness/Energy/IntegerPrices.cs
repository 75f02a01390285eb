namespace RobustSnn.Robustness.Energy;

/// <summary>What operations on integers are taken to cost. Nothing of it is measured.</summary>
/// <param name="PicojoulesPerAdd8">An addition of 8-bit numbers, as the others are of wider ones.</param>
/// <param name="PicojoulesPerMultiply8">A multiplication of 8-bit numbers.</param>
/// <param name="Source">Where the prices are from.</param>
public sealed record IntegerPrices(
    double PicojoulesPerAdd8, double PicojoulesPerAdd16, double PicojoulesPerAdd32, double PicojoulesPerMultiply8, double PicojoulesPerMultiply32, string Source)
{
    /// <summary>45 nm CMOS at 0.9 V.</summary>
    public static IntegerPrices Horowitz { get; } = new(
        PicojoulesPerAdd8: 0.03,
        PicojoulesPerAdd16: 0.05,
        PicojoulesPerAdd32: 0.1,
        PicojoulesPerMultiply8: 0.2,
        PicojoulesPerMultiply32: 3.1,
        Source: "M. Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014: 45 nm, integers");

    /// <summary>What is counted as an operation and how wide it is, in sentences for people.</summary>
    public IReadOnlyList<string> Rules { get; } =
    [
        "integer operations: those of the same network in floats, with the spikes that it has in integers; a connection whose weight was rounded to 0 counts as if it "
            + "did something. A layer that reads the image multiplies and adds once an image for each existing connection, a sum of a residual network once for each "
            + "number and spike that enters it; everything else adds. Biases, thresholds, leak and pools are left out",
        "widths: a sum is taken to be as wide as what it is proved to stay within, whatever the image: 8, 16 or 32 bits, the widest of a layer's channels; beside it, "
            + "what the same additions would cost if all were 8, 16 or 32 bits wide. Pixels times weights of at most 8 bits are taken for 8-bit multiplications; wider ones, "
            + "and those of sums, for 32-bit ones, because for 16 bits no price is given",
    ];

    /// <param name="bits">8, 16 or 32.</param>
    internal double Add(int bits) => bits switch
    {
        8 => PicojoulesPerAdd8,
        16 => PicojoulesPerAdd16,
        _ => PicojoulesPerAdd32,
    };

    /// <param name="bits">Of the weights.</param>
    internal double Multiply(int bits) => bits <= 8 ? PicojoulesPerMultiply8 : PicojoulesPerMultiply32;
}
