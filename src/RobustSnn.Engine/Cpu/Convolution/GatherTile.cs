using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// The innermost loop of every dense convolution, forward and backward to the input: 6 target channels × 4 lane vectors (of 16 floats)
/// held in 24 registers, to which each (tap, source channel) adds 6 weights × 4 loaded vectors. The bound is the FMA units.
/// </summary>
internal static unsafe class GatherTile
{
    /// <summary>Target channels of a tile.</summary>
    public const int Targets = 6;

    /// <summary>Lane vectors of a tile; they may lie anywhere.</summary>
    public const int Vectors = 4;

    /// <summary>What a tile adds up and where it leaves the sums.</summary>
    /// <remarks>Offsets are in floats; a channel lies one <c>width</c> behind the one before it.</remarks>
    public struct Places
    {
        /// <summary>Where the four vectors' sources begin (at the base of the taps, first source channel of the chunk).</summary>
        public float* Source0, Source1, Source2, Source3;

        /// <summary>Where the four vectors of the first target channel are.</summary>
        public float* Target0, Target1, Target2, Target3;
    }

    /// <param name="places">The tile's four vectors.</param>
    /// <param name="weights">[tap][source][6 targets].</param>
    /// <param name="tapOffsets">Source offset of each tap.</param>
    /// <param name="taps">How many.</param>
    /// <param name="sources">Source channels to add up.</param>
    /// <param name="sourceWidth">Floats from one source channel to the next.</param>
    /// <param name="targetWidth">Floats from one target channel to the next.</param>
    /// <param name="targets">Target channels to write: 6 but in the last group.</param>
    /// <param name="bias">What the sums start with where <paramref name="accumulate"/> is false; null for 0.</param>
    /// <param name="accumulate">Start with what the targets hold.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in Places places, float* weights, int* tapOffsets, int taps, int sources, int sourceWidth, int targetWidth,
        int targets, float* bias, bool accumulate)
    {
        Vector512<float> s00, s01, s02, s03;
        Vector512<float> s10, s11, s12, s13;
        Vector512<float> s20, s21, s22, s23;
        Vector512<float> s30, s31, s32, s33;
        Vector512<float> s40, s41, s42, s43;
        Vector512<float> s50, s51, s52, s53;
        if (accumulate)
        {
            s00 = Load(places.Target0, 0, targets, targetWidth);
            s01 = Load(places.Target1, 0, targets, targetWidth);
            s02 = Load(places.Target2, 0, targets, targetWidth);
            s03 = Load(places.Target3, 0, targets, targetWidth);
            s10 = Load(places.Target0, 1, targets, targetWidth);
            s11 = Load(places.Target1, 1, targets, targetWidth);
            s12 = Load(places.Target2, 1, targets, targetWidth);
            s13 = Load(places.Target3, 1, targets, targetWidth);
            s20 = Load(places.Target0, 2, targets, targetWidth);
            s21 = Load(places.Target1, 2, targets, targetWidth);
            s22 = Load(places.Target2, 2, targets, targetWidth);
            s23 = Load(places.Target3, 2, targets, targetWidth);
            s30 = Load(places.Target0, 3, targets, targetWidth);
            s31 = Load(places.Target1, 3, targets, targetWidth);
            s32 = Load(places.Target2, 3, targets, targetWidth);
            s33 = Load(places.Target3, 3, targets, targetWidth);
            s40 = Load(places.Target0, 4, targets, targetWidth);
            s41 = Load(places.Target1, 4, targets, targetWidth);
            s42 = Load(places.Target2, 4, targets, targetWidth);
            s43 = Load(places.Target3, 4, targets, targetWidth);
            s50 = Load(places.Target0, 5, targets, targetWidth);
            s51 = Load(places.Target1, 5, targets, targetWidth);
            s52 = Load(places.Target2, 5, targets, targetWidth);
            s53 = Load(places.Target3, 5, targets, targetWidth);
        }
        else
        {
            s00 = s01 = s02 = s03 = Start(bias, 0, targets);
            s10 = s11 = s12 = s13 = Start(bias, 1, targets);
            s20 = s21 = s22 = s23 = Start(bias, 2, targets);
            s30 = s31 = s32 = s33 = Start(bias, 3, targets);
            s40 = s41 = s42 = s43 = Start(bias, 4, targets);
            s50 = s51 = s52 = s53 = Start(bias, 5, targets);
        }

        for (var tap = 0; tap < taps; tap++)
        {
            var offset = tapOffsets[tap];
            var p0 = places.Source0 + offset;
            var p1 = places.Source1 + offset;
            var p2 = places.Source2 + offset;
            var p3 = places.Source3 + offset;
            for (var source = 0; source < sources; source++)
            {
                var x0 = Vector512.Load(p0);
                var x1 = Vector512.Load(p1);
                var x2 = Vector512.Load(p2);
                var x3 = Vector512.Load(p3);
                var w0 = Vector512.Create(weights[0]);
                s00 = Vector512.MultiplyAddEstimate(w0, x0, s00);
                s01 = Vector512.MultiplyAddEstimate(w0, x1, s01);
                s02 = Vector512.MultiplyAddEstimate(w0, x2, s02);
                s03 = Vector512.MultiplyAddEstimate(w0, x3, s03);
                var w1 = Vector512.Create(weights[1]);
                s10 = Vector512.MultiplyAddEstimate(w1, x0, s10);
                s11 = Vector512.MultiplyAddEstimate(w1, x1, s11);
                s12 = Vector512.MultiplyAddEstimate(w1, x2, s12);
                s13 = Vector512.MultiplyAddEstimate(w1, x3, s13);
                var w2 = Vector512.Create(weights[2]);
                s20 = Vector512.MultiplyAddEstimate(w2, x0, s20);
                s21 = Vector512.MultiplyAddEstimate(w2, x1, s21);
                s22 = Vector512.MultiplyAddEstimate(w2, x2, s22);
                s23 = Vector512.MultiplyAddEstimate(w2, x3, s23);
                var w3 = Vector512.Create(weights[3]);
                s30 = Vector512.MultiplyAddEstimate(w3, x0, s30);
                s31 = Vector512.MultiplyAddEstimate(w3, x1, s31);
                s32 = Vector512.MultiplyAddEstimate(w3, x2, s32);
                s33 = Vector512.MultiplyAddEstimate(w3, x3, s33);
                var w4 = Vector512.Create(weights[4]);
                s40 = Vector512.MultiplyAddEstimate(w4, x0, s40);
                s41 = Vector512.MultiplyAddEstimate(w4, x1, s41);
                s42 = Vector512.MultiplyAddEstimate(w4, x2, s42);
                s43 = Vector512.MultiplyAddEstimate(w4, x3, s43);
                var w5 = Vector512.Create(weights[5]);
                s50 = Vector512.MultiplyAddEstimate(w5, x0, s50);
                s51 = Vector512.MultiplyAddEstimate(w5, x1, s51);
                s52 = Vector512.MultiplyAddEstimate(w5, x2, s52);
                s53 = Vector512.MultiplyAddEstimate(w5, x3, s53);
                weights += Targets;
                p0 += sourceWidth;
                p1 += sourceWidth;
                p2 += sourceWidth;
                p3 += sourceWidth;
            }
        }

        Store(s00, places.Target0, 0, targets, targetWidth);
        Store(s01, places.Target1, 0, targets, targetWidth);
        Store(s02, places.Target2, 0, targets, targetWidth);
        Store(s03, places.Target3, 0, targets, targetWidth);
        Store(s10, places.Target0, 1, targets, targetWidth);
        Store(s11, places.Target1, 1, targets, targetWidth);
        Store(s12, places.Target2, 1, targets, targetWidth);
        Store(s13, places.Target3, 1, targets, targetWidth);
        Store(s20, places.Target0, 2, targets, targetWidth);
        Store(s21, places.Target1, 2, targets, targetWidth);
        Store(s22, places.Target2, 2, targets, targetWidth);
        Store(s23, places.Target3, 2, targets, targetWidth);
        Store(s30, places.Target0, 3, targets, targetWidth);
        Store(s31, places.Target1, 3, targets, targetWidth);
        Store(s32, places.Target2, 3, targets, targetWidth);
        Store(s33, places.Target3, 3, targets, targetWidth);
        Store(s40, places.Target0, 4, targets, targetWidth);
        Store(s41, places.Target1, 4, targets, targetWidth);
        Store(s42, places.Target2, 4, targets, targetWidth);
        Store(s43, places.Target3, 4, targets, targetWidth);
        Store(s50, places.Target0, 5, targets, targetWidth);
        Store(s51, places.Target1, 5, targets, targetWidth);
        Store(s52, places.Target2, 5, targets, targetWidth);
        Store(s53, places.Target3, 5, targets, targetWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Start(float* bias, int target, int targets) =>
        bias is null || target >= targets ? Vector512<float>.Zero : Vector512.Create(bias[target]);

    // a channel that is not there repeats the first and is not stored
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(float* first, int target, int targets, int width) =>
        Vector512.Load(first + (target < targets ? target * width : 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> sums, float* first, int target, int targets, int width)
    {
        if (target < targets)
        {
            sums.Store(first + target * width);
        }
    }
}
