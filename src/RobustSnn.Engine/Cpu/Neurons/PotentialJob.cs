using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// PDSG (METHODS 10) on one channel of one block: how far the membranes of each sample have spread up to every step, then the density of that width.
/// </summary>
internal readonly unsafe struct PotentialJob(Activation membrane, ChannelThresholds thresholds, Activation slopes) : IJob
{
    private const int Vector = LaneLayout.VectorLanes;
    private const double Sharpest = 1e30; // of 1/σ: what follows from it stays a float, in lanes of no sample too

    private readonly int rows = membrane.Shape.Rows;
    private readonly int columns = membrane.Shape.Columns;
    private readonly int channels = membrane.Shape.Channels;
    private readonly int steps = membrane.Shape.Lanes.Steps;
    private readonly LaneMemory membraneMemory = StepLanes.Memory(membrane);
    private readonly LaneMemory slopeMemory = StepLanes.Memory(slopes);

    public void Execute(int piece)
    {
        var (block, channel) = Math.DivRem(piece, channels);
        using var memory = PieceMemory.Begin();
        var sums = memory.Doubles(2L * Vector * steps); // of each step and sample: of u, then of u²
        var widths = memory.Floats(2L * Vector * steps); // likewise σ/2, then 1/σ
        for (var sample = 0; sample < membraneMemory.Lanes.BlockSamples; sample += Vector)
        {
            var unit = 1 / thresholds.Of(channel);
            AddUp(block, channel, sample, sums);
            Spread(sums, unit, widths);
            WriteSlopes(block, channel, sample, unit, widths);
        }
    }

    private static StepLanes Lanes(in LaneMemory memory, int block, int row, int column, int channel, int sample) =>
        StepLanes.At(memory.Row(block, row) + column * memory.ColumnStride + channel * memory.ChannelStride, memory.Lanes, sample);

    /// <summary>
    /// From the first membrane of each sample on, so that the sums of equal ones are exactly 0: the deviation of equal numbers is 0, and of no rounding.
    /// </summary>
    private void AddUp(int block, int channel, int sample, double* sums)
    {
        new Span<double>(sums, 2 * Vector * steps).Clear();
        var (firstLow, firstHigh) = Vector512.Widen(Lanes(membraneMemory, block, 0, 0, channel, sample).Load(0));
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var membranes = Lanes(membraneMemory, block, row, column, channel, sample);
                for (var t = 0; t < steps; t++)
                {
                    var (low, high) = Vector512.Widen(membranes.Load(t));
                    var sum = sums + 2 * Vector * t;
                    Add(sum, low - firstLow);
                    Add(sum + Vector / 2, high - firstHigh);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(double* sum, Vector512<double> value)
    {
        (Vector512.Load(sum) + value).Store(sum);
        (Vector512.Load(sum + Vector) + value * value).Store(sum + Vector);
    }

    /// <summary>Deviations of all steps up to each.</summary>
    private void Spread(double* sums, double unit, float* widths)
    {
        for (var t = 0; t < steps; t++)
        {
            var now = sums + 2 * Vector * t;
            for (var i = 0; i < 2 * Vector && t > 0; i++)
            {
                now[i] += now[i - 2 * Vector];
            }

            var count = (t + 1.0) * rows * columns;
            for (var i = 0; i < Vector; i++)
            {
                var variance = (now[Vector + i] - now[i] * now[i] / count) / (count - 1); // of one value 0/0
                var deviation = variance > 0 ? Math.Sqrt(variance) * unit : 1;
                widths[2 * Vector * t + i] = (float)(deviation / 2);
                widths[2 * Vector * t + Vector + i] = (float)Math.Min(1 / deviation, Sharpest);
            }
        }
    }

    private void WriteSlopes(int block, int channel, int sample, float unit, float* widths)
    {
        var v = Vector512.Create(thresholds.Of(channel));
        var height = Vector512.Create((float)(1 / Math.Sqrt(2 * Math.PI)) * unit);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var membranes = Lanes(membraneMemory, block, row, column, channel, sample);
                var slopes = Lanes(slopeMemory, block, row, column, channel, sample);
                for (var t = 0; t < steps; t++)
                {
                    var half = Vector512.Load(widths + 2 * Vector * t);
                    var sharpness = Vector512.Load(widths + 2 * Vector * t + Vector);
                    var x = ((membranes.Load(t) - v) * unit - half) * sharpness;
                    slopes.Store(t, Vector512.Exp(x * x * -0.5f) * (sharpness * height));
                }
            }
        }
    }
}
