namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>Where a layer's neurons write, and what they are.</summary>
/// <param name="data">Octet 0 of the spikes.</param>
/// <param name="octetStride">Bytes to the next octet.</param>
/// <param name="channelStride">Bytes to the next channel.</param>
/// <param name="targets">Byte offset of each tile's positions; −1 for none.</param>
/// <param name="neurons">One a channel.</param>
/// <param name="isShort">Whether a channel's sum, bias included, and its membranes stay within 16 bits.</param>
/// <param name="steps">T.</param>
internal readonly unsafe struct FiringTargets(
    byte* data, long octetStride, int channelStride, long* targets, IntNeurons* neurons, bool* isShort, int steps)
{
    public readonly byte* Data = data;
    public readonly long OctetStride = octetStride;
    public readonly int ChannelStride = channelStride;
    public readonly long* Targets = targets;
    public readonly IntNeurons* Neurons = neurons;
    public readonly bool* IsShort = isShort;
    public readonly int Steps = steps;
}
