using RobustSnn.Cuda.Products;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Routing;

/// <summary>
/// Every choice between ways to compute a layer on a card, and what it rests on. A layer without a pattern is computed by products of cuBLAS;
/// one with a pattern by its lists of connections, or, where too many of its weights exist for lists to pay, by products in which the others
/// are 0. Which way a layer has taken its connection says: <see cref="Connection.RouteOf"/>.
/// </summary>
/// <remarks>
/// No number here is measured yet. They are computed from what an H100 can do at most: 5.5 TB/s from its second-level cache, and 33 · 10¹²
/// instructions' lanes a second, of which a product of 32-bit floats takes one for each weight and lane.
/// </remarks>
internal static class Routes
{
    /// <summary>
    /// Share of the weights up to which lists pay where they read floats. A connection reads 4 bytes a lane that no other has just
    /// read, 0.7 ns for a thousand lanes; a weight of a product takes 0.03 ns, so that lists win below 1 in 20 or so.
    /// </summary>
    private const double MostListedOfFloats = 1.0 / 20;

    /// <summary>The same where they read bits: 2.5 instructions a connection and lane, and nothing to speak of from memory.</summary>
    private const double MostListedOfBits = 1.0 / 3;

    /// <summary>
    /// Share of the weights up to which lists of bits pay more than products of groups of 16 outputs: at 3 % a group's union is 39 % of a
    /// dense layer, and a tensor core does some 15 times as many products as a plain one does connections.
    /// </summary>
    private const double MostListedBesideUnions = 0.03;

    /// <summary>Floats that partial sums of a weight gradient by products may take: 16 MiB, so that a small layer's groups fill a card.</summary>
    public const int MostPartialSums = 1 << 22;

    /// <summary>Blocks that a pruned layer's weight gradient is shared out to, if there are as many parts: those of a few connections would leave a card idle.</summary>
    private const int BlocksOfWeightGradient = 1 << 14;

    /// <summary>Parts of the rows that the gradient of a bias is summed in.</summary>
    private const int PartsOfBias = 64;

    /// <summary>Connections of a linear layer from which on cuSPARSE is called, which shares out rows of unequal length: each call takes the host some 10 µs.</summary>
    private const int LeastOfSparseProduct = 1 << 14;

    /// <summary>Words of a row of the map from which on each is a thread's.</summary>
    private const int LeastWords = 128;

    /// <summary>Timesteps whose currents the kernel of a layer with its neurons has registers for.</summary>
    private const int MostTimesteps = 16;

    /// <summary>Samples of a lane block whose spikes it has shared memory for, 2 bytes each.</summary>
    public const int MostFiringSamples = 4096;

    /// <summary>Outputs from inputs, without neurons.</summary>
    /// <param name="pattern">Null where all weights exist.</param>
    public static Way Forward(ConvolutionGeometry g, SparsityPattern? pattern, ActivationShape input) =>
        !IsListed(g, pattern, input.IsBits) ? Way.Products : IsSparseProduct(g, pattern!, input) ? Way.SparseProduct : Way.ByOutputs;

    /// <summary>
    /// How a layer and its neurons are one kernel, if they are: it reads bits. Tensor cores take dense layers and those that are pruned a little;
    /// from there on plain cores win, which have work for existing weights only.
    /// </summary>
    /// <param name="mostSharedBytes">Of a block of threads on the card.</param>
    public static Way? Firing(ConvolutionGeometry g, SparsityPattern? pattern, ActivationShape input, ActivationShape spikes, int mostSharedBytes)
    {
        if (!input.IsBits || input.Lanes != spikes.Lanes)
        {
            return null;
        }

        var fitsLists = IsListed(g, pattern, isBits: true) && spikes.Lanes.Steps <= MostTimesteps && spikes.Lanes.BlockSamples <= MostFiringSamples;
        return pattern is null ? ProductKernels.TakesDense(input, spikes) ? Way.SpikeProducts : null
            : fitsLists && pattern.Count <= MostListedBesideUnions * g.WeightCount ? Way.ByOutputs
            : ProductKernels.TakesUnions(g, input, spikes, mostSharedBytes) ? Way.UnionProducts
            : fitsLists ? Way.ByOutputs : null;
    }

    /// <summary>
    /// Whether a thread takes a word of bits, not a byte: it looks a connection up for 32 lanes instead of 8. There have to be words, and enough
    /// of them in a row of the map for half a block of threads.
    /// </summary>
    public static bool ReadsWords(ActivationShape bits, ActivationShape target) =>
        bits.Bits.PositionBytes % sizeof(uint) == 0 && (long)target.Columns * bits.Bits.PositionBytes / sizeof(uint) >= LeastWords;

    /// <param name="gathers">Whether gradients can be gathered as outputs are.</param>
    public static Way InputGradient(ConvolutionGeometry g, SparsityPattern? pattern, bool gathers) => IsListed(g, pattern, isBits: false)
        ? gathers ? Way.ByInputs : Way.ByTaps
        : gathers && g.Taps > 1 ? Way.GatheredProducts : Way.ScatteredProducts; // a kernel of one tap has nothing to gather

    /// <summary>The gradient of the weights; bits save nothing there, its other half is floats.</summary>
    public static Way WeightGradient(ConvolutionGeometry g, SparsityPattern? pattern) =>
        IsListed(g, pattern, isBits: false) ? Way.ByOutputs : Way.Products;

    /// <summary>Parts of the map's rows, in all lane blocks, that a weight gradient by lists is summed in: the same on every card.</summary>
    public static int WeightGradientParts(int connections, int rows) => Math.Clamp(BlocksOfWeightGradient / Math.Max(1, connections), 1, Math.Max(1, rows));

    /// <summary>The same for a bias.</summary>
    public static int BiasGradientParts(int rows) => Math.Clamp(rows, 1, PartsOfBias);

    /// <summary>What a layer reads of a map of one position is a matrix that cuSPARSE multiplies with, if it is floats.</summary>
    private static bool IsSparseProduct(ConvolutionGeometry g, SparsityPattern pattern, ActivationShape input) =>
        !input.IsBits && g is { Taps: 1, InputRows: 1, InputColumns: 1 } && pattern.Count >= LeastOfSparseProduct;

    private static bool IsListed(ConvolutionGeometry g, SparsityPattern? pattern, bool isBits) =>
        pattern is not null && pattern.Count <= (isBits ? MostListedOfBits : MostListedOfFloats) * g.WeightCount;
}
