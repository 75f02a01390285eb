using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>One operation of a plan before anything is allocated: what a backend has to know to say what memory it will take for itself.</summary>
/// <param name="Input">What it reads first; its output where it reads pixels.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Layer">The weights that it multiplies with, if it does.</param>
/// <param name="Fires">Whether it makes spikes.</param>
/// <param name="IsNormalised">Whether a BatchNorm is it, or is part of it.</param>
/// <param name="TakesStatistics">Whether that uses the batch's own statistics.</param>
/// <param name="HasInputGradient">Whether its input's gradient will be asked for.</param>
/// <param name="HasParameterGradient">Whether its parameters' gradients will be.</param>
public readonly record struct PlannedOperation(
    ActivationShape Input, ActivationShape Output, PlannedLayer? Layer, bool Fires, bool IsNormalised, bool TakesStatistics,
    bool HasInputGradient, bool HasParameterGradient);

/// <summary>Weights, and what they connect.</summary>
/// <param name="Pattern">Which exist; null where all do.</param>
public sealed record PlannedLayer(ConvolutionGeometry Geometry, SparsityPattern? Pattern);
