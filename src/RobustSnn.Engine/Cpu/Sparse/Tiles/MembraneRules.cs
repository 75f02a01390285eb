using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>What a membrane does before and after it may fire (METHODS 1).</summary>
internal interface IMembraneRule
{
    static abstract Vector256<float> Charge(Vector256<float> u, float leak, Vector256<float> current);

    /// <param name="u">Membranes.</param>
    /// <param name="fires">All bits of a lane, or none.</param>
    /// <param name="threshold">v_th.</param>
    static abstract Vector256<float> Reset(Vector256<float> u, Vector256<float> fires, Vector256<float> threshold);
}

/// <summary>No leak, to 0: the default.</summary>
internal readonly struct HardReset : IMembraneRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Charge(Vector256<float> u, float leak, Vector256<float> current) => u + current;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Reset(Vector256<float> u, Vector256<float> fires, Vector256<float> threshold) => Vector256.AndNot(u, fires);
}

/// <summary>To 0.</summary>
internal readonly struct LeakyHardReset : IMembraneRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Charge(Vector256<float> u, float leak, Vector256<float> current) => u * leak + current;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Reset(Vector256<float> u, Vector256<float> fires, Vector256<float> threshold) => Vector256.AndNot(u, fires);
}

/// <summary>By v_th.</summary>
internal readonly struct SoftReset : IMembraneRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Charge(Vector256<float> u, float leak, Vector256<float> current) => u * leak + current;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Reset(Vector256<float> u, Vector256<float> fires, Vector256<float> threshold) => u - (threshold & fires);
}
