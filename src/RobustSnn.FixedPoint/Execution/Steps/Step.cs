namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>Part of a pass.</summary>
internal abstract class Step
{
    /// <summary>Of a step that has a layer's weights: bytes that a pass reads of its connections.</summary>
    public virtual long ConnectionBytes => 0;

    /// <summary>Computes the first so many images of the batch.</summary>
    public abstract void Run(int images);
}
