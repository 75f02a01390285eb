namespace RobustSnn.Engine.Operations;

/// <summary>
/// A loss of one sample's logits f (K classes), with label y and, for some, reference logits r or a target class t. p = softmax f,
/// q = softmax r.
/// </summary>
public enum LogitLoss
{
    /// <summary>−log p_y</summary>
    CrossEntropy,

    /// <summary>KL(q ‖ p) = Σ q (log q − log p): TRADES' robust term with r the clean logits (METHODS 4).</summary>
    KullbackLeibler,

    /// <summary>−(f_y − max_{i≠y} f_i) / (f_π1 − f_π3 + 1e-12), π sorting f downwards (APGD's DLR). Its divisor is differentiated too.</summary>
    DifferenceOfLogitsRatio,

    /// <summary>−log p_y − log(1.0001 − max_{i≠y} p_i + 1e-12): MART's boosted cross-entropy.</summary>
    BoostedCrossEntropy,

    /// <summary>Σ q (log q − log(p + 1e-12)) · (1.0000001 − q_y): MART's weighted KL, r the clean logits.</summary>
    MisclassificationAwareKullbackLeibler,

    /// <summary>−(f_y − f_t) / (f_π1 − (f_π3 + f_π4)/2 + 1e-12), π sorting f downwards (APGD-T's DLR). Its divisor is differentiated too.</summary>
    TargetedDifferenceOfLogitsRatio,

    /// <summary>f_t: its gradient is that of one logit.</summary>
    TargetLogit,

    /// <summary>f_t − f_y: 0 on the boundary between the two classes, which FAB steps towards; positive where the target wins.</summary>
    LogitDifference,
}

/// <summary>What losses ask of their input.</summary>
public static class LogitLosses
{
    /// <summary>The fewest classes that a loss is defined for: it may name the label, another class, and those that come after.</summary>
    public static int LeastClasses(this LogitLoss loss) => loss switch
    {
        LogitLoss.TargetedDifferenceOfLogitsRatio => 4,
        LogitLoss.DifferenceOfLogitsRatio => 3,
        LogitLoss.BoostedCrossEntropy => 2,
        LogitLoss.LogitDifference => 2,
        _ => 1,
    };

    /// <summary>Whether a loss compares with reference logits.</summary>
    public static bool HasReference(this LogitLoss loss) => loss is LogitLoss.KullbackLeibler or LogitLoss.MisclassificationAwareKullbackLeibler;

    /// <summary>Whether a loss names a target class.</summary>
    public static bool HasTarget(this LogitLoss loss) =>
        loss is LogitLoss.TargetedDifferenceOfLogitsRatio or LogitLoss.TargetLogit or LogitLoss.LogitDifference;
}
