namespace RobustSnn.Robustness.Energy;

/// <summary>What operations and bytes are taken to cost. Nothing of it is measured.</summary>
/// <param name="PicojoulesPerMac">A multiply-accumulate.</param>
/// <param name="PicojoulesPerAccumulate">An addition.</param>
/// <param name="PicojoulesPerOnChipByte">A byte from or to a memory on the chip.</param>
/// <param name="PicojoulesPerDramByte">A byte from or to one outside.</param>
/// <param name="BytesPerValue">Of a weight, a membrane, a sum or an activation.</param>
/// <param name="BytesPerIndex">That says where an existing weight of a pruned layer connects.</param>
/// <param name="Source">Where the prices are from.</param>
public sealed record EnergyAssumptions(
    double PicojoulesPerMac, double PicojoulesPerAccumulate, double PicojoulesPerOnChipByte, double PicojoulesPerDramByte, int BytesPerValue,
    int BytesPerIndex, string Source)
{
    /// <summary>
    /// 45 nm CMOS at 0.9 V, 32-bit floats: 3.7 pJ a multiplication and 0.9 pJ an addition; 100 pJ for 64 bits of a cache of 1 MB, and 1.3 nJ, the
    /// lower end of what is given, for 64 bits of DRAM.
    /// </summary>
    public static EnergyAssumptions Horowitz { get; } = new(
        PicojoulesPerMac: 4.6,
        PicojoulesPerAccumulate: 0.9,
        PicojoulesPerOnChipByte: 100.0 / 8,
        PicojoulesPerDramByte: 1300.0 / 8,
        BytesPerValue: sizeof(float),
        BytesPerIndex: sizeof(int),
        Source: "M. Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014: 45 nm, 32-bit floats; cache of 1 MB; DRAM at the "
            + "lower end");

    /// <summary>What is counted as an operation, and which bytes move how often, in sentences for people.</summary>
    public IReadOnlyList<string> Rules { get; } =
    [
        "operations: a layer that reads the image multiplies and accumulates once an image, as what it gives is the same at every timestep; hardware that keeps "
            + "nothing would do so at every timestep. A layer that reads spikes accumulates once for each spike and existing connection, a weighted sum once "
            + "for each spike and each other number that enters it. An ANN multiplies and accumulates once an existing connection. Biases, BatchNorm, thresholds, "
            + "leak and pools are left out",
        "on-chip bytes, nothing kept in registers: each operation reads its weight (and its index, where the layer is pruned), reads and writes the sum that it "
            + "adds to, and reads the number that it multiplies, if it does; each membrane is read and written once a timestep; spikes are bits, written once and "
            + "read once by each layer that they lead to; an ANN writes each activation once",
        "DRAM bytes: each existing weight (and its index) is read once an image",
    ];
}
