using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>One node of a plan: what to call on the backend, on which buffers.</summary>
internal abstract class Step
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
