using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>Where a layer's currents go: [output][step][position].</summary>
/// <param name="data">Of output 0.</param>
/// <param name="steps">T.</param>
/// <param name="stepStride">Numbers from a step to the next.</param>
/// <param name="bias">What is added to an output's sums; 0 where its only sum has it.</param>
internal readonly unsafe struct CurrentTarget(int* data, int steps, int stepStride, int* bias)
{
    public readonly int* Data = data;
    public readonly int Steps = steps;
    public readonly int StepStride = stepStride;
    public readonly int* Bias = bias;
}

/// <summary>A layer whose currents others than neurons read: they go to memory.</summary>
internal readonly unsafe struct CurrentJob<TLanes, TOperand>(SumPass pass, CurrentTarget to) : IJob
    where TLanes : struct, IShortLanes<TLanes>
    where TOperand : struct, IOperand<TLanes>
{
    private readonly SumPass pass = pass;
    private readonly CurrentTarget to = to;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        using var memory = PieceMemory.Begin();
        var (tile, first, end) = pass.Piece(piece);
        var words = pass.Grid.WordsIn(tile);
        var stride = 2 * words * TLanes.Count;
        var sums = (short*)memory.Words(SumPass.SumsTogether * stride);
        for (var octet = 0; octet * LaneMap.OctetSteps < to.Steps; octet++)
        {
            var source = pass.Source + octet * pass.OctetStride;
            for (var output = first; output < end; output++)
            {
                Begin(output, octet, tile);
                for (var sum = pass.FirstSum[output]; sum < pass.FirstSum[output + 1]; sum += SumPass.SumsTogether)
                {
                    var count = Math.Min(SumPass.SumsTogether, pass.FirstSum[output + 1] - sum);
                    ShortSums.Run<TLanes, TOperand>(source, pass.Places + tile * pass.Grid.TileWords, words, pass.List, sum, count, sums, stride);
                    for (var i = 0; i < count; i++)
                    {
                        Add(sums + i * stride, words, output, octet, tile);
                    }
                }
            }
        }
    }

    private int Steps(int octet) => Math.Min(LaneMap.OctetSteps, to.Steps - octet * LaneMap.OctetSteps);

    private int Count(int tile) =>
        Math.Min(pass.Grid.WordsIn(tile) * pass.Grid.WordPositions, pass.Grid.Positions - tile * pass.Grid.TileWords * pass.Grid.WordPositions);

    private int* At(int output, int octet, int tile) =>
        to.Data + ((long)output * to.Steps + octet * LaneMap.OctetSteps) * to.StepStride + tile * pass.Grid.TileWords * pass.Grid.WordPositions;

    private void Begin(int output, int octet, int tile)
    {
        for (var step = 0; step < Steps(octet); step++)
        {
            new Span<int>(At(output, octet, tile) + step * to.StepStride, Count(tile)).Fill(to.Bias[output]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(short* sums, int words, int output, int octet, int tile)
    {
        var target = At(output, octet, tile);
        var columns = pass.Grid.WordPositions / 2; // of a vector
        var count = Count(tile);
        for (var vector = 0; vector < 2 * words; vector++)
        {
            var first = vector / 2 * pass.Grid.WordPositions + vector % 2;
            for (var step = 0; step < Steps(octet); step++)
            {
                var from = sums + vector * TLanes.Count + step * columns;
                for (var column = 0; column < columns && first + 2 * column < count; column++)
                {
                    target[step * to.StepStride + first + 2 * column] += from[column];
                }
            }
        }
    }
}
