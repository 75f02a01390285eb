using System.Runtime.Intrinsics.X86;
using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Routing;

/// <summary>
/// Every choice between kernels of the CPU, and what it rests on. A layer without a pattern is dense; one with a pattern is read by outputs
/// (its input gradient by inputs) or, with its neurons, by events. What it reads may be laid out anew first. Which way a layer has taken its
/// connection says: <see cref="Connection.RouteOf"/>.
/// </summary>
/// <remarks>
/// Numbers are of one virtual machine with 2 cores of an AMD EPYC (Zen 4, AVX-512). Where no day is named they are of 2026-11-25: layers of
/// VGG-16 on 32 × 32 images, one image, T = 8, one thread, best of many runs. The tables are in
/// <c>benchmarks/results/2026-11-25-timesteps.md</c> and <c>2026-11-21-sparse-against-pytorch.md</c>. Limits that no measurement but a number's
/// width sets say so.
/// </remarks>
internal static class Routes
{
    /// <summary>
    /// Fraction of the lanes that bits of one image have room for (8, 16, or a multiple of 32) which its timesteps must fill for a block an image to
    /// be faster than 16 images in a vector. 2026-11-21, batch 32, T = 6 and 8: at 90 % by image 119 and 123 ms, together 104 and 145; at 99 %
    /// 25.1 and 25.2 against 20.2 and 26.9. T = 7 was not measured. Octets repeat this.
    /// </summary>
    private const double FilledByImage = 7.0 / 8;

    /// <summary>The same of a batch of up to 8 images, which fill no vector either. Chosen, not measured.</summary>
    private const double FilledBySmallBatch = 1.0 / 2;

    /// <summary>
    /// Source channels of a chunk: with 3 × 5 positions of 128 lanes, half of an L2 cache of 1 MiB. Floats of more channels are read a chunk at a
    /// time, with sums in memory, rather than with their neurons.
    /// </summary>
    public const int ChunkChannels = 64;

    /// <summary>Positions of an input's map that events can come from: the bits of a word.</summary>
    public const int MostEventPositions = 64;

    /// <summary>Columns of such a map: the bytes of a word.</summary>
    private const int MostEventColumns = sizeof(ulong);

    /// <summary>Outputs of a share of a list by events: a byte numbers them.</summary>
    private const int MostShareOutputs = 1 << 8;

    /// <summary>Floats of a share's currents: a quarter of an L2 cache of 1 MiB.</summary>
    private const int MostShareCurrents = 1 << 16;

    /// <summary>
    /// Connections that an input channel must have through a tap to a share of the outputs. Of fewer, events cost more than they save: 99 %
    /// pruned, 512 to 512 channels (2.5 connections a share), 0.145 ms by events and 0.072 by outputs on 4 × 4. On 2 × 2 events would win, 0.032 against 0.039: too little for a case of its own.
    /// </summary>
    public const int WorthwhileStretch = 4;

    /// <summary>
    /// Positions of a map up to which events are taken whatever fires: tiles of so few are not full. 90 % pruned, 512 to 512 channels: linear
    /// 0.014 ms by events and 0.034 by outputs, on 2 × 2 0.095 and 0.233; on 4 × 4 outputs are 15 to 20 % faster with 40 % of the inputs active
    /// (0.51 against 0.59), with fewer, as usual, events.
    /// </summary>
    private const int FewPositions = 16;

    /// <summary>
    /// Fraction of inputs active in an octet of timesteps below which events are faster on larger maps too. 90 % pruned, 256 to 256 channels on
    /// 8 × 8: 1.01 ms by events with 57 % active, less in proportion with fewer, and 0.50 by outputs whatever is: even at 28 %. Not measured at 25 %,
    /// nor with several images.
    /// </summary>
    public const double QuietFraction = 0.25;

    /// <summary>
    /// Lanes up to which floats are laid out by columns where each is used often: a tile of so few lanes spans many positions, which lie far
    /// apart otherwise. Chosen when the kernels were written (2026-11-21), not measured again.
    /// </summary>
    private const int WidestByColumns = 32;

    /// <summary>Uses of a value that pay for laying it out by columns. Of one image's 8 lanes that always pays.</summary>
    private const int UsesToPay = 24;

    /// <summary>Positions of a target's map whose bits, a byte each, make one word when unfolded.</summary>
    public const int MostUnfolded = 4;

    /// <summary>How (timestep, sample) pairs lie as lanes.</summary>
    /// <param name="skipsSilence">Whether pruned layers make every spike.</param>
    /// <param name="largestMap">Values of one lane of the largest activation.</param>
    public static LaneLayout Lanes(int batch, int timesteps, bool skipsSilence, long largestMap) =>
        skipsSilence && timesteps > 0 && IsFasterByImage(batch, timesteps)
            ? LaneLayout.ByImage(batch, timesteps)
            : LaneLayout.Choose(batch, timesteps).Fitting(largestMap);

    /// <summary>
    /// Whether lanes are read eight at a time, an octet: there are no more, or they are one image's timesteps, whose octets come one after the
    /// other while the neurons' membranes are kept. Then a pruned layer also takes means over windows of bits itself (bits are far smaller than
    /// their means), and any floats with their neurons.
    /// </summary>
    /// <remarks>99 % pruned, means to 128 to 256 channels on 8 × 8, T = 16: 0.18 ms by octets; 5.1 ms with means and currents in memory.</remarks>
    public static bool IsByOctets(LaneLayout lanes) =>
        lanes.Lanes <= LaneLayout.FewLanes || (lanes.BlockSamples == 1 && Avx2.IsSupported);

    /// <summary>Whether a pruned layer and its neurons are one pass, from registers to bits; else currents are stored.</summary>
    /// <param name="input">What the layer, or the window, reads.</param>
    /// <param name="window">What means are taken over.</param>
    /// <param name="isOnePanel">Whether rows of the layer's list by outputs are one panel each.</param>
    public static bool FiresAtOnce(ConvolutionGeometry geometry, ActivationShape input, MeanWindow window, bool isOnePanel) => isOnePanel
        && (window.IsOne
            ? input.IsBits || input.Lanes.Steps == 1 || IsByOctets(input.Lanes) || geometry.Inputs <= ChunkChannels
            : input.IsBits && IsByOctets(input.Lanes));

    /// <summary>Whether a layer may be computed by events: one image's octets, a small map, and enough connections.</summary>
    public static bool MayBeByEvents(ConvolutionGeometry geometry, int connections, LaneLayout input, LaneLayout spikes) =>
        input == spikes && input.BlockSamples == 1 && IsByOctets(input)
        && Positions(geometry.InputRows, geometry.InputColumns) <= MostEventPositions && geometry.InputColumns <= MostEventColumns
        && Positions(geometry.OutputRows, geometry.OutputColumns) <= MostEventPositions && geometry.Taps <= ushort.MaxValue / MostShareOutputs
        && connections >= (long)WorthwhileStretch * geometry.Inputs * geometry.Taps
            * ((geometry.Outputs + OutputsOfShare(geometry) - 1) / OutputsOfShare(geometry));

    /// <summary>Whether it then always is.</summary>
    public static bool IsAlwaysByEvents(ConvolutionGeometry geometry) =>
        Positions(geometry.InputRows, geometry.InputColumns) <= FewPositions;

    /// <summary>Whether it is where so many of its inputs are active, each octet counted.</summary>
    public static bool IsQuiet(long active, long inputs) => active < QuietFraction * inputs;

    /// <summary>Most outputs of a share of a list by events.</summary>
    public static int OutputsOfShare(ConvolutionGeometry geometry) =>
        Math.Min(MostShareOutputs, MostShareCurrents / (geometry.OutputRows * geometry.OutputColumns * LaneLayout.FewLanes));

    /// <summary>How a pass over a list by outputs or inputs finds what it reads, where its sums are stored as floats.</summary>
    /// <param name="uses">Connections of a source.</param>
    /// <param name="source">What it is.</param>
    public static Reading ReadingOf(int uses, ActivationShape source)
    {
        var lanes = source.Lanes;
        var isFew = lanes.Lanes <= LaneLayout.FewLanes && lanes.Steps > 1;
        return !source.IsBits && (isFew || (lanes.Width <= WidestByColumns && uses >= UsesToPay)) ? Reading.ByColumns : Reading.AsItLies;
    }

    /// <summary>The same where it fires at once: what it reads may then have the positions of a map side by side.</summary>
    /// <param name="gather">Which targets read which sources.</param>
    public static Reading ReadingOfNeurons(GatherClass gather, int uses, ActivationShape source, MeanWindow window)
    {
        var lanes = source.Lanes;
        if (!window.IsOne)
        {
            return lanes.Lanes <= LaneLayout.FewLanes ? Reading.MeansByColumns : Reading.MeansByOctets;
        }

        if (source.IsBits)
        {
            // with more than 8 lanes, or one position, words are full anyway
            return lanes.Lanes <= LaneLayout.FewLanes && gather.Rows * gather.Columns is > 1 and <= MostUnfolded ? Reading.Unfolded : Reading.AsItLies;
        }

        return lanes.Lanes == 1 && gather.SourceColumnStep == 1 ? Reading.SideBySide
            : lanes.Lanes > LaneLayout.FewLanes && IsByOctets(lanes) ? Reading.ByOctets
            : ReadingOf(uses, source);
    }

    /// <summary>
    /// The widest vectors (16, 8 or 4 floats, at most <paramref name="widest"/>) that a layer fills: columns share a vector or a word only
    /// where they are neighbours in the source, and where there are enough of them.
    /// </summary>
    /// <param name="isBits">Whether bits are read, which come by the word of two vectors.</param>
    /// <param name="positionLanes">Lanes for which a position has room.</param>
    /// <param name="lanes">Lanes that stand for something.</param>
    public static int VectorFloats(GatherClass gather, bool isBits, int positionLanes, int lanes, int widest)
    {
        var floats = widest;
        while (floats > 4 && !Fills(floats))
        {
            floats /= 2;
        }

        return floats;

        bool Fills(int count)
        {
            var columns = (isBits ? 2 : 1) * count / positionLanes;
            return columns > 1 ? gather.SourceColumnStep == 1 && columns < 2 * gather.Columns : isBits || count < 2 * lanes;
        }
    }

    /// <summary>Whether the loops of neurons that know nothing but full vectors of 16 samples can be used; else any number of samples is.</summary>
    public static bool IsFullBlock(LaneLayout lanes) => lanes.BlockSamples == LaneLayout.VectorLanes;

    private static long Positions(int rows, int columns) => (long)rows * columns;

    private static bool IsFasterByImage(int batch, int timesteps)
    {
        var lanes = new BitLayout(1, 1, 1, 0, LaneLayout.ByImage(1, timesteps)).PositionBytes * LaneLayout.FewLanes;
        return timesteps >= lanes * FilledByImage || (batch <= LaneLayout.VectorLanes / 2 && timesteps >= lanes * FilledBySmallBatch);
    }
}
