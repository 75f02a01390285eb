using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>Neurons of one row of one block, backward through time with derivatives of the spikes that are given.</summary>
internal readonly unsafe struct SlopeBackwardJob(
    NeuronModel neuron, Activation slopes, Activation membrane, ChannelThresholds thresholds, Activation spikeGradient, Activation currentGradient,
    bool accumulate) : IJob
{
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
        var unused = 0.0; // the sum of dL/dv_th, which is not asked for
        for (var column = 0; column < columns; column++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                for (var sample = 0; sample < membraneMemory.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    var given = new GivenSlopes(slopeMemory.At(block, row, column, channel, sample));
                    new NeuronBackward<GivenSlopes>(neuron, given, thresholds.Of(channel), accumulate).Invoke(
                        membraneMemory.At(block, row, column, channel, sample), spikeMemory.At(block, row, column, channel, sample),
                        currentMemory.At(block, row, column, channel, sample), steps, ref unused);
                }

                StepLanes.ClearSpare(currentMemory.Lanes, currentMemory.Row(block, row) + column * currentMemory.ColumnStride + channel * currentMemory.ChannelStride);
            }
        }
    }

    /// <summary>ds/dz of 16 neurons that somebody else has computed.</summary>
    private readonly struct GivenSlopes(StepLanes slopes) : ISurrogate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Derivative(Vector512<float> z, int step) => slopes.Load(step);
    }
}
