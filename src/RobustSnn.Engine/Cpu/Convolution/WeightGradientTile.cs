using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// The innermost loop of a dense weight gradient: for 4 outputs × 6 inputs and one tap, the sum over positions and lanes of
/// outputGradient · input, in 24 registers of 16 partial sums each that are added up at the end. The bound is the FMA units.
/// </summary>
internal static unsafe class WeightGradientTile
{
    public const int Outputs = 4;
    public const int Inputs = 6;

    /// <param name="gradients">First of the output channels.</param>
    /// <param name="inputs">First of the input channels, moved by the tap.</param>
    /// <param name="gradientOffsets">Where each position lies from <paramref name="gradients"/>, in floats.</param>
    /// <param name="inputOffsets">Where each position's input lies from <paramref name="inputs"/>.</param>
    /// <param name="positions">How many.</param>
    /// <param name="width">Lanes: floats from one channel to the next.</param>
    /// <param name="lastOutput">Channels in the tile less 1; those that are not there repeat the last.</param>
    /// <param name="lastInput">Likewise.</param>
    /// <param name="sums">Receives [output][input].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* gradients, float* inputs, int* gradientOffsets, int* inputOffsets, int positions, int width,
        int lastOutput, int lastInput, float* sums)
    {
        Vector512<float> s00 = Vector512<float>.Zero, s01 = Vector512<float>.Zero, s02 = Vector512<float>.Zero, s03 = Vector512<float>.Zero, s04 = Vector512<float>.Zero, s05 = Vector512<float>.Zero;
        Vector512<float> s10 = Vector512<float>.Zero, s11 = Vector512<float>.Zero, s12 = Vector512<float>.Zero, s13 = Vector512<float>.Zero, s14 = Vector512<float>.Zero, s15 = Vector512<float>.Zero;
        Vector512<float> s20 = Vector512<float>.Zero, s21 = Vector512<float>.Zero, s22 = Vector512<float>.Zero, s23 = Vector512<float>.Zero, s24 = Vector512<float>.Zero, s25 = Vector512<float>.Zero;
        Vector512<float> s30 = Vector512<float>.Zero, s31 = Vector512<float>.Zero, s32 = Vector512<float>.Zero, s33 = Vector512<float>.Zero, s34 = Vector512<float>.Zero, s35 = Vector512<float>.Zero;
        nint g1 = Math.Min(1, lastOutput) * width, g2 = Math.Min(2, lastOutput) * width, g3 = Math.Min(3, lastOutput) * width;
        nint i1 = Math.Min(1, lastInput) * width, i2 = Math.Min(2, lastInput) * width, i3 = Math.Min(3, lastInput) * width, i4 = Math.Min(4, lastInput) * width, i5 = Math.Min(5, lastInput) * width;
        for (var position = 0; position < positions; position++)
        {
            var g = gradients + gradientOffsets[position];
            var x = inputs + inputOffsets[position];
            for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes, g += LaneLayout.VectorLanes, x += LaneLayout.VectorLanes)
            {
                var d0 = Vector512.Load(g);
                var d1 = Vector512.Load(g + g1);
                var d2 = Vector512.Load(g + g2);
                var d3 = Vector512.Load(g + g3);
                var x0 = Vector512.Load(x);
                s00 = Vector512.MultiplyAddEstimate(d0, x0, s00);
                s10 = Vector512.MultiplyAddEstimate(d1, x0, s10);
                s20 = Vector512.MultiplyAddEstimate(d2, x0, s20);
                s30 = Vector512.MultiplyAddEstimate(d3, x0, s30);
                var x1 = Vector512.Load(x + i1);
                s01 = Vector512.MultiplyAddEstimate(d0, x1, s01);
                s11 = Vector512.MultiplyAddEstimate(d1, x1, s11);
                s21 = Vector512.MultiplyAddEstimate(d2, x1, s21);
                s31 = Vector512.MultiplyAddEstimate(d3, x1, s31);
                var x2 = Vector512.Load(x + i2);
                s02 = Vector512.MultiplyAddEstimate(d0, x2, s02);
                s12 = Vector512.MultiplyAddEstimate(d1, x2, s12);
                s22 = Vector512.MultiplyAddEstimate(d2, x2, s22);
                s32 = Vector512.MultiplyAddEstimate(d3, x2, s32);
                var x3 = Vector512.Load(x + i3);
                s03 = Vector512.MultiplyAddEstimate(d0, x3, s03);
                s13 = Vector512.MultiplyAddEstimate(d1, x3, s13);
                s23 = Vector512.MultiplyAddEstimate(d2, x3, s23);
                s33 = Vector512.MultiplyAddEstimate(d3, x3, s33);
                var x4 = Vector512.Load(x + i4);
                s04 = Vector512.MultiplyAddEstimate(d0, x4, s04);
                s14 = Vector512.MultiplyAddEstimate(d1, x4, s14);
                s24 = Vector512.MultiplyAddEstimate(d2, x4, s24);
                s34 = Vector512.MultiplyAddEstimate(d3, x4, s34);
                var x5 = Vector512.Load(x + i5);
                s05 = Vector512.MultiplyAddEstimate(d0, x5, s05);
                s15 = Vector512.MultiplyAddEstimate(d1, x5, s15);
                s25 = Vector512.MultiplyAddEstimate(d2, x5, s25);
                s35 = Vector512.MultiplyAddEstimate(d3, x5, s35);
            }
        }

        Sum(s00, s01, s02, s03).Store(sums);
        Sum(s04, s05, s10, s11).Store(sums + 4);
        Sum(s12, s13, s14, s15).Store(sums + 8);
        Sum(s20, s21, s22, s23).Store(sums + 12);
        Sum(s24, s25, s30, s31).Store(sums + 16);
        Sum(s32, s33, s34, s35).Store(sums + 20);
    }

    /// <summary>The sums of four vectors. Stretches are short on small maps, so that adding up together what can be saves a third of the time there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sum(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (!Avx.IsSupported)
        {
            return Vector128.Create(Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
        }

        var pairs = Avx.HorizontalAdd(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper());
        var others = Avx.HorizontalAdd(c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
        var halves = Avx.HorizontalAdd(pairs, others);
        return halves.GetLower() + halves.GetUpper();
    }
}
