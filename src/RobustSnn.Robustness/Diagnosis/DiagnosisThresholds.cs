namespace RobustSnn.Robustness.Diagnosis;

/// <summary>Every threshold of a diagnosis, each once, and why it is where it is.</summary>
public static class DiagnosisThresholds
{
    /// <summary>
    /// What happens by chance less often than this is beyond noise; of one-sided exact tests. A diagnosis makes about ten of them, so that it
    /// doubts a sound evaluation for noise alone at most about one time in ten.
    /// </summary>
    public const double Significance = 0.01;

    /// <summary>Fewer samples cannot differ beyond noise, whatever happens to them: 2⁻⁷ is the first power of a half below 1 %.</summary>
    public const int LeastSamples = 7;

    /// <summary>Above this share of samples an attack that follows gradients has had none to follow: the figure may be that much too high.</summary>
    public const double ZeroGradients = 0.1;

    /// <summary>The same of samples whose cross-entropy has lost its gradient to rounding.</summary>
    public const double Saturated = 0.1;

    /// <summary>
    /// Where any image is allowed every sample can be broken. This share, rounded up to whole samples, may be left by an attack whose last step was
    /// one too many.
    /// </summary>
    public const double LeftInWholeRange = 0.01;

    /// <summary>
    /// A few samples fall only to an attack without gradients on sound networks, too: searches differ. That more than this share do is not chance.
    /// </summary>
    public const double OnlyBlackBox = 0.01;

    /// <summary>Less than what results in a table differ by changes nobody's conclusion, even where it is beyond noise.</summary>
    public const double Points = 0.02;

    /// <summary>Another T is another network, which may lose a little without having been attacked at one T that happens to suit it.</summary>
    public const double OtherTimesteps = 0.05;

    /// <summary>Of the largest logit: sums in another order differ by less. It is what recomputed logits must agree within elsewhere.</summary>
    public const double Rounding = 1e-4;
}
