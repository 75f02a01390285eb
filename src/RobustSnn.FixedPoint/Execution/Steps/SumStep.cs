using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>What a sum reads: currents, or spikes or counts.</summary>
internal readonly record struct Summand(CurrentMap? Currents, LaneMap? Lanes)
{
    /// <summary>A row of it as numbers.</summary>
    /// <param name="row">Of all images' rows, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Read(int channel, int step, int row, Span<long> to)
    {
        if (Currents is { } map)
        {
            var from = map.At(channel, step) + row * to.Length;
            for (var column = 0; column < to.Length; column++)
            {
                to[column] = from[column];
            }

            return;
        }

        var lanes = Lanes!;
        var (image, inImage) = Math.DivRem(row, lanes.Shape.Rows);
        var (octet, bit) = Math.DivRem(step, LaneMap.OctetSteps);
        var at = lanes.Data + octet * lanes.OctetStride + lanes.Offset(image, inImage, 0) + (nint)channel * lanes.ChannelStride;
        for (var column = 0; column < to.Length; column++)
        {
            to[column] = lanes.PositionBytes == 1 ? at[column] >> bit & 1 : at[column * lanes.PositionBytes + bit];
        }
    }
}

/// <summary>A sum of two values, weighted or plain; products in 64 bits.</summary>
internal sealed class SumStep(Workers workers, IntegerSum sum, Summand first, Summand second, CurrentMap output) : Step
{
    public override void Run(int images) => workers.Run(output.Shape.Channels, new Job(sum, first, second, output, images));

    private readonly struct Job(IntegerSum sum, Summand first, Summand second, CurrentMap output, int images) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public unsafe void Execute(int channel)
        {
            using var memory = PieceMemory.Begin();
            var columns = output.Shape.Columns;
            var x = new Span<long>(memory.Longs(columns), columns);
            var y = new Span<long>(memory.Longs(columns), columns);
            var half = sum.Shift == 0 ? 0 : 1L << (sum.Shift - 1);
            for (var step = 0; step < output.Steps; step++)
                for (var row = 0; row < images * output.Shape.Rows; row++)
                {
                    first.Read(channel, step, row, x);
                    second.Read(channel, step, row, y);
                    var to = output.At(channel, step) + row * columns;
                    for (var column = 0; column < columns; column++)
                    {
                        to[column] = (int)(sum.First[channel] * x[column] + sum.Second[channel] * y[column] + half >> sum.Shift);
                    }
                }
        }
    }
}
