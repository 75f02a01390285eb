using System.Globalization;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Routing;

/// <summary>What computes a pass over a layer.</summary>
internal enum Kernel
{
    /// <summary>All weights, packed: <c>GatherJob</c>, <c>WeightGradientJob</c>.</summary>
    Dense,

    /// <summary>
    /// The connections of each output, one output after the other: <c>SparseNeuronJob</c> with neurons, <c>SparseGatherJob</c> without, and
    /// <c>SparseWeightGradientJob</c>.
    /// </summary>
    ByOutputs,

    /// <summary>The connections of each input, one input after the other: the input gradient, by <c>SparseGatherJob</c>.</summary>
    ByInputs,

    /// <summary>The connections of each input that fires, and no others: <c>SparseScatterJob</c>.</summary>
    ByEvents,
}

/// <summary>How a pass finds what it reads.</summary>
internal enum Reading
{
    /// <summary>Where it lies.</summary>
    AsItLies,

    /// <summary>Bits as floats, a block at a time.</summary>
    Unpacked,

    /// <summary>Floats laid out like bits.</summary>
    ByColumns,

    /// <summary>Floats of one image laid out like bits, eight timesteps after the other.</summary>
    ByOctets,

    /// <summary>Floats of one lane, without room for others.</summary>
    SideBySide,

    /// <summary>Means over windows of bits, by columns.</summary>
    MeansByColumns,

    /// <summary>Means over windows of bits, by octets.</summary>
    MeansByOctets,

    /// <summary>Bits of a small map, what each tap sees in one word.</summary>
    Unfolded,
}

/// <summary>The way that a pass over a layer has taken.</summary>
/// <param name="IsBits">Whether the kernel reads bits.</param>
/// <param name="Fires">Whether its neurons were part of it.</param>
/// <param name="VectorFloats">Floats of its vectors.</param>
/// <param name="Active">Fraction of its inputs that were active, where that decided between events and outputs.</param>
internal readonly record struct Route(Kernel Kernel, Reading Reading, bool IsBits, bool Fires, int VectorFloats, double? Active = null)
{
    /// <summary>For people, e.g. "by outputs, bits as they lie, with neurons, 16 floats; 41 % of inputs active, by events below 25 %".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}, {Read}{(Fires ? ", with neurons" : "")}, {VectorFloats} floats{(Active is { } active ? $"; {active:0%} of inputs active, by events below {Routes.QuietFraction:0%}" : "")}");

    private string Name => Kernel switch
    {
        Kernel.Dense => "dense",
        Kernel.ByOutputs => "by outputs",
        Kernel.ByInputs => "by inputs",
        Kernel.ByEvents => "by events",
        _ => throw new InvalidOperationException($"{Kernel} has no name"),
    };

    private string Read => Reading switch
    {
        Reading.AsItLies => IsBits ? "bits as they lie" : "floats as they lie",
        Reading.Unpacked => "bits unpacked",
        Reading.ByColumns => "floats by columns",
        Reading.ByOctets => "floats by octets",
        Reading.SideBySide => "floats side by side",
        Reading.MeansByColumns => "means by columns",
        Reading.MeansByOctets => "means by octets",
        Reading.Unfolded => "bits unfolded",
        _ => throw new InvalidOperationException($"{Reading} has no name"),
    };
}

/// <summary>A layer on the CPU, which remembers the way that each pass over it took last.</summary>
internal abstract class RoutedConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern)
    : Connection(geometry, weights, pattern)
{
    private readonly Route?[] taken = new Route?[Enum.GetValues<LayerPass>().Length];

    /// <inheritdoc/>
    public override string? RouteOf(LayerPass pass) => taken[(int)pass]?.ToString();

    /// <summary>The same with its parts.</summary>
    public Route? Taken(LayerPass pass) => taken[(int)pass];

    /// <summary>Called by whoever has just run a kernel, with what it ran.</summary>
    protected void Take(LayerPass pass, Route route) => taken[(int)pass] = route;
}
