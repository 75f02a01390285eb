namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>Part of a pass.</summary>
internal abstract class Step
{
    /// <summary>Computes the first so many images of the batch.</summary>
    public abstract void Run(int images);
}
