namespace RobustSnn.FixedPoint.Execution.Vectors;

/// <summary>
/// A vector of 16-bit numbers of one width: eight timesteps of a few positions. Lane step · Columns + column is column 2·column of a word, or the one behind it, so that a step's columns lie side by side.
/// Kernels are written once over it and compiled for each width; every member is a few instructions and inlined.
/// </summary>
internal unsafe interface IShortLanes<TSelf>
    where TSelf : struct, IShortLanes<TSelf>
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Words of the largest tile whose sums stay in registers.</summary>
    static abstract int MostWords { get; }

    static abstract TSelf Zero { get; }

    /// <summary>Selects, of a word, the bits of its columns with even numbers. Kept in registers by who uses it.</summary>
    static abstract TSelf EvenColumns { get; }

    /// <summary>Those with odd numbers.</summary>
    static abstract TSelf OddColumns { get; }

    static abstract TSelf Broadcast(short value);

    static abstract TSelf Load(short* from);

    void Store(short* to);

    /// <summary>A word of spikes in every part of the vector: a byte a position, of which bit t is step t; 2·Count bits.</summary>
    static abstract TSelf LoadWord(byte* from);

    /// <summary>sum + value in the lanes whose selected bit is set, sum in the others.</summary>
    static abstract TSelf AddWhere(TSelf word, TSelf select, TSelf value, TSelf sum);

    /// <summary>Count bytes, each 0 to 255.</summary>
    static abstract TSelf LoadBytes(byte* from);

    /// <summary>left · right + sum.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf sum);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>Halved so many times, rounded down.</summary>
    static abstract TSelf operator >>(TSelf value, int count);

    /// <summary>All bits of the lanes in which left > right, none of the others.</summary>
    static abstract TSelf IsAbove(TSelf left, TSelf right);

    /// <summary>One value in the lanes of a mask, another in the others.</summary>
    static abstract TSelf Select(TSelf mask, TSelf where, TSelf elsewhere);

    /// <summary>
    /// Eight vectors turned round: vector t is step t of all of them. Lane v · Columns + column is column's of vector v.
    /// </summary>
    static abstract Octet<TSelf> Turn(short* from);

    /// <summary>Adds each lane to a 32-bit number.</summary>
    void AddTo(int* sums);

    /// <summary>The low byte of each lane of a turned vector, position by position: word after word, even and odd columns in turn.</summary>
    void StorePositions(byte* to);
}

/// <summary>Eight timesteps.</summary>
internal readonly struct Octet<TLanes>(
    TLanes step0, TLanes step1, TLanes step2, TLanes step3, TLanes step4, TLanes step5, TLanes step6, TLanes step7)
    where TLanes : struct, IShortLanes<TLanes>
{
    /// <summary>Timesteps.</summary>
    public const int Steps = 8;

    public readonly TLanes Step0 = step0;
    public readonly TLanes Step1 = step1;
    public readonly TLanes Step2 = step2;
    public readonly TLanes Step3 = step3;
    public readonly TLanes Step4 = step4;
    public readonly TLanes Step5 = step5;
    public readonly TLanes Step6 = step6;
    public readonly TLanes Step7 = step7;
}
