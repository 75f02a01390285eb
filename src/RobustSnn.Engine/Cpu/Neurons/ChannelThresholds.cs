using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Neurons;

/// <summary>v_th of a layer's neurons: one for all, or one a channel.</summary>
internal readonly unsafe struct ChannelThresholds(DeviceBuffer thresholds)
{
    private readonly float* values = ((NativeBuffer)thresholds).Pointer;
    private readonly int stride = thresholds.Length == 1 ? 0 : 1;

    /// <summary>Whether channels differ.</summary>
    public bool AreChannelwise => stride == 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Of(int channel) => values[channel * stride];
}
