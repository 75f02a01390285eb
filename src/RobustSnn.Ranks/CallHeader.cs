namespace RobustSnn.Ranks;

internal enum CallKind
{
    Start = 1,
    Barrier,
    Broadcast,
    Gather,
    Sum,
    Largest,
    SumOfFloats,
    SumOfDoubles,
}

/// <summary>Which call a rank is at: sent ahead of what the call carries, so that ranks at different calls find out instead of reading each other's numbers.</summary>
/// <param name="Number">How many calls came before it.</param>
/// <param name="Length">Of what the rank brings, in bytes.</param>
/// <param name="Detail">The root of a broadcast, the shards of a sum; otherwise 0.</param>
internal readonly record struct CallHeader(long Number, CallKind Kind, int Detail, long Length)
{
    /// <summary>Whether the lengths that ranks bring may differ.</summary>
    private bool IsOfAnyLength => Kind is CallKind.Start or CallKind.Gather;

    public bool Fits(CallHeader other) => (IsOfAnyLength ? this with { Length = other.Length } : this) == other;

    public override string ToString() => Kind switch
    {
        CallKind.Broadcast => $"{Kind} of {Length} bytes from rank {Detail} (call {Number})",
        CallKind.SumOfFloats or CallKind.SumOfDoubles => $"{Kind} of {Length} bytes over {Detail} shards (call {Number})",
        _ => $"{Kind} (call {Number})",
    };
}
