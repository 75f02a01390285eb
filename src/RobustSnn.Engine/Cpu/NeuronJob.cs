using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>The neuron's equation (METHODS 1), forward, over one row of one block.</summary>
internal readonly unsafe struct NeuronJob(NeuronModel neuron, Activation current, float threshold, Activation? membrane, Activation spikes)
    : IJob
{
    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;
    private readonly bool keep = membrane is not null;
    private readonly ActivationShape currentShape = current.Shape;
    private readonly ActivationShape membraneShape = membrane?.Shape ?? spikes.Shape;
    private readonly ActivationShape spikeShape = spikes.Shape;
    private readonly float* currents = ((NativeBuffer)current.Buffer).Pointer;
    private readonly float* membranes = ((NativeBuffer)(membrane ?? spikes).Buffer).Pointer;
    private readonly float* spikeData = ((NativeBuffer)spikes.Buffer).Pointer;

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, spikeShape.Rows);
        var input = currents + currentShape.Offset(block, row, 0);
        var stored = membranes + membraneShape.Offset(block, row, 0);
        var output = spikeData + spikeShape.Offset(block, row, 0);
        var channels = spikeShape.Columns * spikeShape.Channels;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var sample = 0; sample < spikeShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
            {
                Step(StepLanes.Of(currentShape.Lanes, input, sample), StepLanes.Of(membraneShape.Lanes, stored, sample),
                    StepLanes.Of(spikeShape.Lanes, output, sample));
            }

            input += currentShape.Lanes.Width;
            stored += membraneShape.Lanes.Width;
            output += spikeShape.Lanes.Width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(StepLanes input, StepLanes stored, StepLanes output)
    {
        var v = Vector512.Create(threshold);
        var u = Vector512<float>.Zero;
        for (var t = 0; t < spikeShape.Lanes.Steps; t++)
        {
            u = u * leak + input.Load(t);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            if (keep)
            {
                stored.Store(t, u);
            }

            output.Store(t, Vector512.ConditionalSelect(fires, Vector512<float>.One, Vector512<float>.Zero));
            u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        }
    }
}
