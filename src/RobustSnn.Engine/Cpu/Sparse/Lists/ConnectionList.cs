namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>Connections as a kernel sees them.</summary>
/// <param name="columns">Column of each: source channel · taps + tap.</param>
/// <param name="values">Weight of each.</param>
internal readonly unsafe struct ConnectionList(ushort* columns, float* values)
{
    public readonly ushort* Columns = columns;
    public readonly float* Values = values;
}
