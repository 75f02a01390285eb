using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu;

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

        sums[0] = Vector512.Sum(s00);
        sums[1] = Vector512.Sum(s01);
        sums[2] = Vector512.Sum(s02);
        sums[3] = Vector512.Sum(s03);
        sums[4] = Vector512.Sum(s04);
        sums[5] = Vector512.Sum(s05);
        sums[6] = Vector512.Sum(s10);
        sums[7] = Vector512.Sum(s11);
        sums[8] = Vector512.Sum(s12);
        sums[9] = Vector512.Sum(s13);
        sums[10] = Vector512.Sum(s14);
        sums[11] = Vector512.Sum(s15);
        sums[12] = Vector512.Sum(s20);
        sums[13] = Vector512.Sum(s21);
        sums[14] = Vector512.Sum(s22);
        sums[15] = Vector512.Sum(s23);
        sums[16] = Vector512.Sum(s24);
        sums[17] = Vector512.Sum(s25);
        sums[18] = Vector512.Sum(s30);
        sums[19] = Vector512.Sum(s31);
        sums[20] = Vector512.Sum(s32);
        sums[21] = Vector512.Sum(s33);
        sums[22] = Vector512.Sum(s34);
        sums[23] = Vector512.Sum(s35);
    }
}
