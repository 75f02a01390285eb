using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>What a plan is for: which statistics BatchNorm uses, whether dropout drops, and what the backward pass gives.</summary>
public enum PassMode
{
    /// <summary>Running statistics, no dropout, forward only: buffers are reused as soon as they have been read.</summary>
    Inference,

    /// <summary>As inference, and backward to the pixels: what attacks need.</summary>
    InputGradient,

    /// <summary>The batch's statistics, which also update the running ones; dropout; backward to the parameters.</summary>
    Training,

    /// <summary>The batch's statistics, running ones untouched, no dropout, forward only: threshold balancing (METHODS 6).</summary>
    BatchStatistics,
}

/// <summary>The options of one pass, handed to every step.</summary>
/// <param name="Adaptive">What the backward pass goes through instead of the gradient, if anything.</param>
internal readonly record struct Pass(int Samples, RandomKey Dropout, bool CountSpikes, NeuronGradient Gradient, AdaptiveGradient? Adaptive = null);
