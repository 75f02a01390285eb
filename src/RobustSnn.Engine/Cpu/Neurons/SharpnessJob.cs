using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>ASSG (METHODS 10) on one row of one block: new moments of |z|, and the derivatives that follow from them.</summary>
internal readonly unsafe struct SharpnessJob(
    float scale, Activation membrane, ChannelThresholds thresholds, Activation mean, Activation deviation, Activation slopes,
    bool learns) : IJob
{
    private readonly int rows = membrane.Shape.Rows;
    private readonly int columns = membrane.Shape.Columns;
    private readonly int channels = membrane.Shape.Channels;
    private readonly LaneMemory membraneMemory = StepLanes.Memory(membrane);
    private readonly LaneMemory meanMemory = StepLanes.Memory(mean);
    private readonly LaneMemory deviationMemory = StepLanes.Memory(deviation);
    private readonly LaneMemory slopeMemory = StepLanes.Memory(slopes);

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, rows);
        var membraneColumn = membraneMemory.Row(block, row);
        var meanColumn = meanMemory.Row(block, row);
        var deviationColumn = deviationMemory.Row(block, row);
        var slopeColumn = slopeMemory.Row(block, row);
        for (var column = 0; column < columns; column++)
        {
            var u = membraneColumn;
            var m = meanColumn;
            var d = deviationColumn;
            var h = slopeColumn;
            for (var channel = 0; channel < channels; channel++)
            {
                var threshold = thresholds.Of(channel);
                for (var sample = 0; sample < membraneMemory.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    Run(threshold, StepLanes.At(u, membraneMemory.Lanes, sample), StepLanes.At(m, meanMemory.Lanes, sample),
                        StepLanes.At(d, deviationMemory.Lanes, sample), StepLanes.At(h, slopeMemory.Lanes, sample));
                }

                u += membraneMemory.ChannelStride;
                m += meanMemory.ChannelStride;
                d += deviationMemory.ChannelStride;
                h += slopeMemory.ChannelStride;
            }

            membraneColumn += membraneMemory.ColumnStride;
            meanColumn += meanMemory.ColumnStride;
            deviationColumn += deviationMemory.ColumnStride;
            slopeColumn += slopeMemory.ColumnStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(float threshold, StepLanes membranes, StepLanes means, StepLanes deviations, StepLanes slopes)
    {
        var one = Vector512<float>.One;
        var v = Vector512.Create(threshold);
        var unit = Vector512.Create(1 / threshold);
        for (var t = 0; t < membraneMemory.Lanes.Steps; t++)
        {
            var z = (membranes.Load(t) - v) * unit;
            var size = Vector512.Abs(z);
            var m = means.Load(t);
            var d = deviations.Load(t);
            if (learns)
            {
                m = m * 0.9f + size * 0.1f;
                d = d * 0.9f + Vector512.Abs(size - m) * 0.1f;
                means.Store(t, m);
                deviations.Store(t, d);
            }

            var sharpness = Vector512.Create(scale) / (m + d * 1.5f + Vector512.Create(1e-4f));
            var angle = sharpness * z * (MathF.PI / 2);
            slopes.Store(t, sharpness * unit / ((one + angle * angle) * 2));
        }
    }
}
