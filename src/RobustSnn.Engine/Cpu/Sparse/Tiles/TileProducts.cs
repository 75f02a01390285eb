using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>
/// The innermost loop of the sparse weight gradient: a tile of the output's gradient stays in registers while a row's connections go by;
/// each adds up that gradient where its input spiked, or times its input.
/// </summary>
internal static unsafe class TileProducts
{
    /// <summary>Adds a full tile's products to the gradients of a stretch of rows.</summary>
    /// <param name="source">What the offsets count from: the layer's input.</param>
    /// <param name="places">Byte offset of each vector; of every second one, the word that holds both's bits.</param>
    /// <param name="offsets">Byte offset of each column.</param>
    /// <param name="columns">Column of each connection.</param>
    /// <param name="starts">Where each row's connections begin, and one entry further, where they end.</param>
    /// <param name="stride">Entries of <paramref name="starts"/> from one row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="gradient">Gradient of the layer's output, first row.</param>
    /// <param name="targets">Float offset of each vector in it.</param>
    /// <param name="gradientStride">Floats from one row to the next.</param>
    /// <param name="weightGradients">Of each connection.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ushort* columns, int* starts, int stride, int rows, float* gradient, long* targets,
        int gradientStride, float* weightGradients)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, gradient += gradientStride)
        {
            var end = starts[1];
            if (starts[0] == end)
            {
                continue;
            }

            TLanes a0 = TLanes.Load(gradient + targets[0]), b0 = TLanes.Load(gradient + targets[1]);
            TLanes a1 = TLanes.Load(gradient + targets[2]), b1 = TLanes.Load(gradient + targets[3]);
            TLanes a2 = TLanes.Load(gradient + targets[4]), b2 = TLanes.Load(gradient + targets[5]);
            TLanes a3 = TLanes.Load(gradient + targets[6]), b3 = TLanes.Load(gradient + targets[7]);
            TLanes a4 = TLanes.Load(gradient + targets[8]), b4 = TLanes.Load(gradient + targets[9]);
            TLanes a5 = TLanes.Load(gradient + targets[10]), b5 = TLanes.Load(gradient + targets[11]);
            TLanes a6 = TLanes.Load(gradient + targets[12]), b6 = TLanes.Load(gradient + targets[13]);
            TLanes a7 = TLanes.Load(gradient + targets[14]), b7 = TLanes.Load(gradient + targets[15]);
            TLanes a8 = TLanes.Load(gradient + targets[16]), b8 = TLanes.Load(gradient + targets[17]);
            TLanes a9 = TLanes.Load(gradient + targets[18]), b9 = TLanes.Load(gradient + targets[19]);
            TLanes a10 = TLanes.Load(gradient + targets[20]), b10 = TLanes.Load(gradient + targets[21]);
            TLanes a11 = TLanes.Load(gradient + targets[22]), b11 = TLanes.Load(gradient + targets[23]);
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[columns[j]];
                TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
                TOperand.AddProduct(p, places + 0, a0, b0, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 2, a1, b1, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 4, a2, b2, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 6, a3, b3, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 8, a4, b4, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 10, a5, b5, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 12, a6, b6, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 14, a7, b7, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 16, a8, b8, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 18, a9, b9, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 20, a10, b10, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 22, a11, b11, in bits, ref s2, ref s3);
                weightGradients[j] += TLanes.Sum(s0, s1, s2, s3);
            }
        }
    }

    /// <summary>The same for a tile of a third of the size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Small<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ushort* columns, int* starts, int stride, int rows, float* gradient, long* targets,
        int gradientStride, float* weightGradients)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, gradient += gradientStride)
        {
            var end = starts[1];
            if (starts[0] == end)
            {
                continue;
            }

            TLanes a0 = TLanes.Load(gradient + targets[0]), b0 = TLanes.Load(gradient + targets[1]);
            TLanes a1 = TLanes.Load(gradient + targets[2]), b1 = TLanes.Load(gradient + targets[3]);
            TLanes a2 = TLanes.Load(gradient + targets[4]), b2 = TLanes.Load(gradient + targets[5]);
            TLanes a3 = TLanes.Load(gradient + targets[6]), b3 = TLanes.Load(gradient + targets[7]);
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[columns[j]];
                TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
                TOperand.AddProduct(p, places + 0, a0, b0, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 2, a1, b1, in bits, ref s2, ref s3);
                TOperand.AddProduct(p, places + 4, a2, b2, in bits, ref s0, ref s1);
                TOperand.AddProduct(p, places + 6, a3, b3, in bits, ref s2, ref s3);
                weightGradients[j] += TLanes.Sum(s0, s1, s2, s3);
            }
        }
    }
}
