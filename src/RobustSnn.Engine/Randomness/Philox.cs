using System.Runtime.CompilerServices;

namespace RobustSnn.Engine.Randomness;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): 128 random bits as a pure function of a
/// 128-bit counter and a 64-bit key. No state, so the same draw is the same on every backend, thread and resumed run.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>
    /// Four independent uniform 32-bit words. Words go in low half first, as in Random123: the counter is
    /// (low half of <paramref name="counterLow"/>, its high half, the same two of <paramref name="counterHigh"/>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint, uint, uint, uint) Generate(ulong counterLow, ulong counterHigh, ulong key)
    {
        var c0 = (uint)counterLow;
        var c1 = (uint)(counterLow >> 32);
        var c2 = (uint)counterHigh;
        var c3 = (uint)(counterHigh >> 32);
        var k0 = (uint)key;
        var k1 = (uint)(key >> 32);

        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}
