using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>
/// Neurons of one row of one block of 16 samples, with or without BatchNorm before them, forward, to bits: what
/// <see cref="NeuronJob{TRule, TCurrent, TSpikes}"/> does, for the blocks that training and evaluation consist of, with nothing in the loop but the neuron.
/// </summary>
/// <param name="factors">Two a channel: the current is factor·x + shift. Null where it is x.</param>
/// <param name="membrane">Where membranes are kept, if they are; it may be the input.</param>
internal readonly unsafe struct FullBlockFireJob<TRule>(
    TRule rule, ChannelThresholds thresholds, float* factors, Activation input, Activation? membrane, Activation spikes, int samples) : IJob
    where TRule : struct, INeuronRule
{
    private const int Vector = LaneLayout.VectorLanes;

    private readonly TRule rule = rule;
    private readonly ActivationShape shape = input.Shape;
    private readonly BitLayout bits = spikes.Shape.Bits;
    private readonly float* source = input.Floats();
    private readonly byte* target = spikes.Bits();
    private readonly float* membranes = membrane is null ? null : membrane.Floats();
    private readonly ActivationShape membraneShape = (membrane ?? input).Shape;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, shape.Rows);
        var x = source + shape.Offset(block, row, 0);
        var u = membranes is null ? null : membranes + membraneShape.Offset(block, row, 0);
        var membraneWidth = membraneShape.Lanes.Width;
        var line = target + bits.Offset(block, row, 0);
        var steps = bits.Lanes.Steps;
        var stride = shape.Lanes.Steps == 1 ? 0 : Vector;
        var (width, channels) = (shape.Lanes.Width, shape.Channels);
        var used = (ulong)LaneBits.Lowest(bits.Lanes.SamplesOf(block, samples)); // nobody else's neurons fire
        for (var column = 0; column < shape.Columns; column++)
        {
            var to = (ushort*)(line + column * bits.PositionBytes);
            for (var channel = 0; channel < channels; channel++, x += width, u += membranes is null ? 0 : membraneWidth, to = (ushort*)((byte*)to + bits.ChannelStride))
            {
                var v = Vector512.Create(thresholds.Of(channel));
                var factor = Vector512.Create(factors is null ? 1 : factors[2 * channel]);
                var shift = Vector512.Create(factors is null ? 0 : factors[2 * channel + 1]);
                if (membranes is not null)
                {
                    FiringLoop.Run(rule, x, stride, factor, shift, v, u, to, steps, used);
                }
                else
                {
                    FiringLoop.Run(rule, x, stride, factor, shift, v, null, to, steps, used);
                }
            }
        }
    }
}
