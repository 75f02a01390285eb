using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>Which position of a small map reaches which output position through which tap: nothing reaches over the edge.</summary>
internal sealed class ScatterMap
{
    /// <summary>Positions of an input's map: the bits of a word.</summary>
    public const int MostSources = Routes.MostEventPositions;

    private readonly ulong[] reaching;
    private readonly int[] reached;

    public ScatterMap(ConvolutionGeometry g)
    {
        Targets = g.OutputRows * g.OutputColumns;
        reaching = new ulong[g.Taps];
        reached = new int[g.Taps * MostSources];
        for (var tap = 0; tap < g.Taps; tap++)
            for (var row = 0; row < g.OutputRows; row++)
                for (var column = 0; column < g.OutputColumns; column++)
                {
                    var fromRow = row * g.StrideRows + tap / g.KernelColumns - g.Padding;
                    var fromColumn = column * g.StrideColumns + tap % g.KernelColumns - g.Padding;
                    if (fromRow >= 0 && fromRow < g.InputRows && fromColumn >= 0 && fromColumn < g.InputColumns)
                    {
                        var source = fromRow * g.InputColumns + fromColumn;
                        reaching[tap] |= 1ul << source;
                        reached[tap * MostSources + source] = (row * g.OutputColumns + column) * LaneLayout.FewLanes;
                    }
                }
    }

    /// <summary>Positions of the output's map.</summary>
    public int Targets { get; }

    /// <summary>Floats of a channel's currents, [position][8 lanes].</summary>
    public int Plane => Targets * LaneLayout.FewLanes;

    /// <summary>Of each tap, the positions that reach the output through it: bit p for position p, row by row.</summary>
    public ReadOnlySpan<ulong> Reaching => reaching;

    /// <summary>[tap][64 positions]: float offset of what each reaches; of no meaning for those that do not.</summary>
    public ReadOnlySpan<int> Reached => reached;
}
