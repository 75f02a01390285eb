namespace RobustSnn.Experiments.Settings;

/// <summary>
/// What an experiment file says about one key. The key itself is the parameter's name in snake_case. A parameter of a nullable type
/// may be left out; one with a default value takes that.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class SettingAttribute(string summary) : Attribute
{
    /// <summary>One line, with the unit.</summary>
    public string Summary { get; } = summary;

    /// <summary>The smallest number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is refused.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is refused.</summary>
    public bool BelowMaximum { get; init; }

    /// <summary>Whether the number is in the range.</summary>
    public bool Allows(double value) =>
        (AboveMinimum ? value > Minimum : value >= Minimum) && (BelowMaximum ? value < Maximum : value <= Maximum);

    /// <summary>The range in words, e.g. " from 0 to below 1"; nothing where there is none.</summary>
    public string Range
    {
        get
        {
            string from = double.IsInfinity(Minimum) ? "" : FormattableString.Invariant($" {(AboveMinimum ? "above" : "from")} {Minimum}");
            string to = double.IsInfinity(Maximum) ? "" : FormattableString.Invariant($" {(BelowMaximum ? "to below" : "to")} {Maximum}");
            return from + to;
        }
    }
}
