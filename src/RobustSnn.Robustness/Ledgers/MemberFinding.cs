namespace RobustSnn.Robustness.Ledgers;

/// <summary>What one member did to one sample.</summary>
/// <param name="Broken">
/// Whether it found an image that was verified to be in the ball, in [0,1] and finite, and that the network as deployed gets wrong.
/// </param>
/// <param name="At">At which step or query; steps taken of all, where it broke nothing.</param>
/// <param name="Distance">How far that image is from the clean one in the member's norm, in pixel units; 0 where there is none.</param>
/// <param name="Doubts">What the attack met on its way.</param>
public readonly record struct MemberFinding(bool Broken, int At, float Distance, GradientDoubts Doubts = GradientDoubts.None)
{
    public float Distance { get; } = Distance + 0f; // no negative zero, which would have another text

    /// <summary>
    /// Whether it says that the sample stood: it was not broken, and gradients and logits on the way were numbers. An attack that could not follow
    /// its gradients, or of which nobody can say how its images are classified, has shown nothing.
    /// </summary>
    public bool IsRobust => !Broken && (Doubts & (GradientDoubts.NotFiniteGradient | GradientDoubts.NotFiniteLogits | GradientDoubts.Unconfirmed)) == 0;

    /// <summary>That it broke the sample.</summary>
    public static MemberFinding BrokenAt(int step, float distance) => new(true, step, distance);

    /// <summary>That it tried so many steps or queries in vain.</summary>
    public static MemberFinding Unbroken(int steps) => new(false, steps, 0);

    /// <summary>
    /// The worse for the network: broken before not broken, of two broken the nearer, then the earlier, of two that are not the one that tried longer.
    /// An order of all findings, so that it does not matter in which order they are joined. It has the doubts of both.
    /// </summary>
    public static MemberFinding Worse(MemberFinding left, MemberFinding right) =>
        Worst(left, right) with { Doubts = left.Doubts | right.Doubts };

    private static MemberFinding Worst(MemberFinding left, MemberFinding right) => (left.Broken, right.Broken) switch
    {
        (true, false) => left,
        (false, true) => right,
        (true, true) => (left.Distance, left.At).CompareTo((right.Distance, right.At)) <= 0 ? left : right,
        (false, false) => left.At >= right.At ? left : right,
    };
}
