using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Refusals;

/// <summary>A call that backends refuse.</summary>
/// <param name="Name">The operation, and what is wrong.</param>
/// <param name="Exception">What is thrown, or what that derives from.</param>
/// <param name="Call">Makes it on a backend.</param>
public sealed record Refusal(string Name, Type Exception, Action<IBackend> Call)
{
    /// <summary>Whether it takes a look at what buffers hold: a device that computes after the call has returned cannot refuse it.</summary>
    public bool IsOfValues { get; init; }

    public override string ToString() => Name;
}
