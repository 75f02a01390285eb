using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>What BatchNorm does to a value: scale·(value − mean)/√(variance + eps) + shift; each buffer has one float a channel.</summary>
public readonly record struct Normalisation(DeviceBuffer Scale, DeviceBuffer Shift, DeviceBuffer Mean, DeviceBuffer Variance, float Epsilon);
