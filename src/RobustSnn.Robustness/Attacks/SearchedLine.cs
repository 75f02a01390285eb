namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// What FAB knows of the line from a clean image to the nearest one that the network gets wrong: where the boundary lies between two places of it, if
/// by how much another class leads grows evenly between them (a secant). It is 0 at the clean image and 1 at the other.
/// </summary>
/// <param name="InnerLead">By how much another class's logit leads at the inner place, which the network gets right: below 0.</param>
/// <param name="Inner">Which place that is.</param>
/// <param name="OuterLead">The same at the end of the line, which it gets wrong: above 0.</param>
internal readonly record struct SearchedLine(double InnerLead, double Inner = 0, double OuterLead = 0)
{
    /// <summary>The place to look at next; half-way where leads say nothing, as where they are equal or no numbers.</summary>
    public double Next => InnerLead < 0 && OuterLead > 0 && double.IsFinite(OuterLead - InnerLead)
        ? 1 - (1 - Inner) * OuterLead / (OuterLead - InnerLead)
        : (1 + Inner) / 2;

    /// <summary>After that has been looked at: it becomes the line's end where the network gets it wrong, else its inner place.</summary>
    public SearchedLine After(bool isWrong, double lead) => isWrong ? new(InnerLead, Inner == 0 ? 0 : Inner / Next, lead) : new(lead, Next, OuterLead);
}
