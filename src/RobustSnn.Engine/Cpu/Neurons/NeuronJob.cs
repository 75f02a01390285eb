using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>Neurons of one row of one block, forward: reads what currents are made from, writes spikes and, where wanted, membranes.</summary>
internal readonly unsafe struct NeuronJob<TRule, TCurrent, TSpikes>(
    TRule rule, ChannelThresholds thresholds, TCurrent current, Activation input, Activation? membrane, Activation spikes, int samples) : IJob
    where TRule : struct, INeuronRule
    where TCurrent : struct, ICurrent
    where TSpikes : struct, ISpikeLanes<TSpikes>
{
    private readonly int rows = input.Shape.Rows;
    private readonly int columns = input.Shape.Columns;
    private readonly int channels = input.Shape.Channels;
    private readonly int steps = spikes.Shape.Lanes.Steps;
    private readonly LaneMemory inputMemory = StepLanes.Memory(input);
    private readonly LaneMemory membraneMemory = StepLanes.Memory(membrane ?? input);
    private readonly LaneMemory spikeMemory = TSpikes.Memory(spikes);
    private readonly bool keepsMembrane = membrane is not null;
    private readonly TRule rule = rule;

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, rows);
        var used = inputMemory.Lanes.SamplesOf(block, samples);
        var inputColumn = inputMemory.Row(block, row);
        var membraneColumn = membraneMemory.Row(block, row);
        var spikeColumn = spikeMemory.Row(block, row);
        for (var column = 0; column < columns; column++)
        {
            var x = inputColumn;
            var u = membraneColumn;
            var s = spikeColumn;
            for (var channel = 0; channel < channels; channel++)
            {
                current.Load(channel, out var factor, out var shift);
                Lanes512 threshold = Vector512.Create(thresholds.Of(channel));
                for (var sample = 0; sample < inputMemory.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    Run(threshold, StepLanes.At(x, inputMemory.Lanes, sample), factor, shift, StepLanes.At(u, membraneMemory.Lanes, sample),
                        TSpikes.At(s, spikeMemory.Lanes, sample, used));
                }

                TSpikes.ClearSpare(spikeMemory.Lanes, s);
                x += inputMemory.ChannelStride;
                u += membraneMemory.ChannelStride;
                s += spikeMemory.ChannelStride;
            }

            inputColumn += inputMemory.ColumnStride;
            membraneColumn += membraneMemory.ColumnStride;
            spikeColumn += spikeMemory.ColumnStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(Lanes512 threshold, StepLanes input, Vector512<float> factor, Vector512<float> shift, StepLanes membranes, TSpikes spikes)
    {
        var u = Lanes512.Zero;
        for (var t = 0; t < steps; t++)
        {
            u = NeuronEquation.Charge<TRule, Lanes512>(rule, u, current.Of(input.Load(t), factor, shift));
            if (keepsMembrane)
            {
                membranes.Store(t, u);
            }

            var fires = NeuronEquation.Fires(u, threshold);
            spikes.StoreSpikes(t, fires);
            u = rule.Reset(u, fires, threshold);
        }
    }
}
