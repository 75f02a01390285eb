namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>
/// A vector of floats of one width. Sparse kernels and the neuron's equation are written once over it and compiled for each width; every member is a few
/// instructions and inlined.
/// </summary>
internal unsafe interface ILaneVector<TLanes>
    where TLanes : struct, ILaneVector<TLanes>
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    static abstract TLanes Zero { get; }

    /// <summary>Selects, of a word of 2·Count bits, the lower Count bits, one a lane. Kept in registers by who uses it.</summary>
    static abstract TLanes LowerBits { get; }

    /// <summary>Selects the upper Count bits.</summary>
    static abstract TLanes UpperBits { get; }

    static abstract TLanes Broadcast(float value);

    static abstract TLanes Load(float* from);

    void Store(float* to);

    static abstract TLanes operator +(TLanes left, TLanes right);

    static abstract TLanes operator -(TLanes left, TLanes right);

    static abstract TLanes operator *(TLanes left, TLanes right);

    /// <summary>All bits of the lanes in which left ≥ right, none of the others.</summary>
    static abstract TLanes AtLeast(TLanes left, TLanes right);

    /// <summary>0 in the lanes of a mask, the value in the others.</summary>
    static abstract TLanes ClearWhere(TLanes mask, TLanes value);

    /// <summary>One value in the lanes of a mask, another in the others.</summary>
    static abstract TLanes Select(TLanes mask, TLanes where, TLanes elsewhere);

    /// <summary>left · right + sum.</summary>
    static abstract TLanes MultiplyAdd(TLanes left, TLanes right, TLanes sum);

    /// <summary>The 2·Count bits at an address, in every lane.</summary>
    static abstract TLanes LoadBits(byte* from);

    /// <summary>sum + value in the lanes whose selected bit is set, sum in the others.</summary>
    static abstract TLanes AddWhere(TLanes bits, TLanes select, TLanes value, TLanes sum);

    /// <summary>The sum over all lanes of four vectors.</summary>
    static abstract float Sum(TLanes a, TLanes b, TLanes c, TLanes d);
}
