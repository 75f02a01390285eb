using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>One node of a plan: what to call on the backend, on which buffers.</summary>
internal abstract class PlanStep
{
    public abstract void Forward(IBackend backend, in Pass pass);

    /// <summary>Reads the gradient of the node's value and adds its share to those of its inputs and parameters.</summary>
    public abstract void Backward(IBackend backend, in Pass pass);
}

/// <summary>An input of a node.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Gradient">Where its gradient goes, if it is wanted.</param>
/// <param name="Accumulate">Whether that already holds another reader's share.</param>
internal readonly record struct Link(Activation Value, Activation? Gradient, bool Accumulate);

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
/// <param name="Learns">Whether that remembers what it sees.</param>
internal readonly record struct Pass(
    int Samples, RandomKey Dropout, bool CountSpikes, NeuronGradient Gradient, AdaptiveGradient? Adaptive = null, bool Learns = false);
