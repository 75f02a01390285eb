using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>Neurons of one row of one block, backward through time with derivatives of the spikes that are given.</summary>
internal readonly unsafe struct SlopeBackwardJob<TRule>(
    TRule rule, Activation slopes, Activation membrane, ChannelThresholds thresholds, Activation spikeGradient, Activation currentGradient,
    bool accumulate) : IJob
    where TRule : struct, INeuronRule
{
    private readonly TRule rule = rule;
    private readonly int rows = membrane.Shape.Rows;
    private readonly int columns = membrane.Shape.Columns;
    private readonly int channels = membrane.Shape.Channels;
    private readonly int steps = membrane.Shape.Lanes.Steps;
    private readonly LaneMemory slopeMemory = StepLanes.Memory(slopes);
    private readonly LaneMemory membraneMemory = StepLanes.Memory(membrane);
    private readonly LaneMemory spikeMemory = StepLanes.Memory(spikeGradient);
    private readonly LaneMemory currentMemory = StepLanes.Memory(currentGradient);

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, rows);
        var slopeColumn = slopeMemory.Row(block, row);
        var membraneColumn = membraneMemory.Row(block, row);
        var spikeColumn = spikeMemory.Row(block, row);
        var currentColumn = currentMemory.Row(block, row);
        StepLanes given = default;
        var backward = Of(0, &given);
        var unused = 0.0; // the sum of dL/dv_th, which is not asked for
        for (var column = 0; column < columns; column++)
        {
            var h = slopeColumn;
            var u = membraneColumn;
            var ds = spikeColumn;
            var di = currentColumn;
            for (var channel = 0; channel < channels; channel++)
            {
                backward = thresholds.AreChannelwise ? Of(channel, &given) : backward;
                for (var sample = 0; sample < membraneMemory.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    given = StepLanes.At(h, slopeMemory.Lanes, sample);
                    backward.Invoke(StepLanes.At(u, membraneMemory.Lanes, sample), StepLanes.At(ds, spikeMemory.Lanes, sample),
                        StepLanes.At(di, currentMemory.Lanes, sample), steps, ref unused);
                }

                StepLanes.ClearSpare(currentMemory.Lanes, di);
                h += slopeMemory.ChannelStride;
                u += membraneMemory.ChannelStride;
                ds += spikeMemory.ChannelStride;
                di += currentMemory.ChannelStride;
            }

            slopeColumn += slopeMemory.ColumnStride;
            membraneColumn += membraneMemory.ColumnStride;
            spikeColumn += spikeMemory.ColumnStride;
            currentColumn += currentMemory.ColumnStride;
        }
    }

    private NeuronBackward<TRule, GivenSlopes> Of(int channel, StepLanes* given) => new(rule, new GivenSlopes(given), thresholds.Of(channel), accumulate);

    /// <summary>ds/dz of 16 neurons that somebody else has computed: of those whose turn it is.</summary>
    private readonly struct GivenSlopes(StepLanes* slopes) : ISurrogate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Derivative(Vector512<float> z, int step) => slopes->Load(step);
    }
}
