using System.Runtime.CompilerServices;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// The innermost loop of the sparse weight gradient: a tile of the output's gradient stays in registers while a row's connections go by;
/// each adds up that gradient where its input spiked, or times its input.
/// </summary>
internal static unsafe class TileProducts
{
    /// <summary>Adds a full tile's products to the gradients of a run of rows.</summary>
    /// <param name="source">What the offsets count from: the layer's input.</param>
    /// <param name="slots">Byte offset of each vector; of every second one, the word that holds both's bits.</param>
    /// <param name="offsets">Byte offset of each column.</param>
    /// <param name="columns">Column of each connection.</param>
    /// <param name="starts">Where each row's run begins, and <paramref name="length"/> entries further, where it ends.</param>
    /// <param name="stride">Entries of <paramref name="starts"/> from one row to the next.</param>
    /// <param name="length">See <paramref name="starts"/>.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradients">[row][vector of the tile]: gradient of the layer's output, 0 where a vector stands for nothing.</param>
    /// <param name="weightGradients">Of each connection.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full<TLanes, TOperand>(
        byte* source, long* slots, int* offsets, ushort* columns, int* starts, int stride, int length, int rows, float* gradients,
        float* weightGradients)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, gradients += 24 * TLanes.Count)
        {
            TLanes a0 = TLanes.Load(gradients + 0 * TLanes.Count), b0 = TLanes.Load(gradients + 1 * TLanes.Count);
            TLanes a1 = TLanes.Load(gradients + 2 * TLanes.Count), b1 = TLanes.Load(gradients + 3 * TLanes.Count);
            TLanes a2 = TLanes.Load(gradients + 4 * TLanes.Count), b2 = TLanes.Load(gradients + 5 * TLanes.Count);
            TLanes a3 = TLanes.Load(gradients + 6 * TLanes.Count), b3 = TLanes.Load(gradients + 7 * TLanes.Count);
            TLanes a4 = TLanes.Load(gradients + 8 * TLanes.Count), b4 = TLanes.Load(gradients + 9 * TLanes.Count);
            TLanes a5 = TLanes.Load(gradients + 10 * TLanes.Count), b5 = TLanes.Load(gradients + 11 * TLanes.Count);
            TLanes a6 = TLanes.Load(gradients + 12 * TLanes.Count), b6 = TLanes.Load(gradients + 13 * TLanes.Count);
            TLanes a7 = TLanes.Load(gradients + 14 * TLanes.Count), b7 = TLanes.Load(gradients + 15 * TLanes.Count);
            TLanes a8 = TLanes.Load(gradients + 16 * TLanes.Count), b8 = TLanes.Load(gradients + 17 * TLanes.Count);
            TLanes a9 = TLanes.Load(gradients + 18 * TLanes.Count), b9 = TLanes.Load(gradients + 19 * TLanes.Count);
            TLanes a10 = TLanes.Load(gradients + 20 * TLanes.Count), b10 = TLanes.Load(gradients + 21 * TLanes.Count);
            TLanes a11 = TLanes.Load(gradients + 22 * TLanes.Count), b11 = TLanes.Load(gradients + 23 * TLanes.Count);
            var end = starts[length];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[columns[j]];
                TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
                TOperand.AddProduct(p, slots + 0, a0, b0, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 2, a1, b1, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 4, a2, b2, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 6, a3, b3, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 8, a4, b4, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 10, a5, b5, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 12, a6, b6, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 14, a7, b7, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 16, a8, b8, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 18, a9, b9, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 20, a10, b10, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 22, a11, b11, in bits, ref s2, ref s3);
                weightGradients[j] += TLanes.Sum(s0, s1, s2, s3);
            }
        }
    }

    /// <summary>The same for a tile of a third of the size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Small<TLanes, TOperand>(
        byte* source, long* slots, int* offsets, ushort* columns, int* starts, int stride, int length, int rows, float* gradients,
        float* weightGradients)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, gradients += 8 * TLanes.Count)
        {
            TLanes a0 = TLanes.Load(gradients + 0 * TLanes.Count), b0 = TLanes.Load(gradients + 1 * TLanes.Count);
            TLanes a1 = TLanes.Load(gradients + 2 * TLanes.Count), b1 = TLanes.Load(gradients + 3 * TLanes.Count);
            TLanes a2 = TLanes.Load(gradients + 4 * TLanes.Count), b2 = TLanes.Load(gradients + 5 * TLanes.Count);
            TLanes a3 = TLanes.Load(gradients + 6 * TLanes.Count), b3 = TLanes.Load(gradients + 7 * TLanes.Count);
            var end = starts[length];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[columns[j]];
                TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
                TOperand.AddProduct(p, slots + 0, a0, b0, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 2, a1, b1, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, slots + 4, a2, b2, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, slots + 6, a3, b3, in bits, ref s2, ref s3);
                weightGradients[j] += TLanes.Sum(s0, s1, s2, s3);
            }
        }
    }
}
