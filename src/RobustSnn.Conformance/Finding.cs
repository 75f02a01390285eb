namespace RobustSnn.Conformance;

/// <summary>A check's result: an error in the measure of the group and what it may be.</summary>
internal readonly record struct Finding(double Error, double Tolerance, string Detail)
{
    /// <summary>What was let pass on this backend alone (<see cref="Leeway"/>), in a sentence; empty where nothing was.</summary>
    public string Forgiven { get; init; } = "";

    /// <summary>Error and tolerance of the one that is furthest beyond, or nearest to, its tolerance; the details of all, and what was forgiven of any.</summary>
    public static Finding Worst(params ReadOnlySpan<Finding> findings)
    {
        var worst = findings[0];
        var (details, forgiven) = (new string[findings.Length], new List<string>());
        for (var i = 0; i < findings.Length; i++)
        {
            details[i] = findings[i].Detail;
            if (findings[i].Forgiven is { Length: > 0 } sentence)
            {
                forgiven.Add(sentence);
            }

            worst = findings[i].Share > worst.Share ? findings[i] : worst;
        }

        return worst with { Detail = string.Join("; ", details), Forgiven = string.Join("; ", forgiven) };
    }

    /// <summary>Of the tolerance; infinite where there is none, or no number.</summary>
    private double Share => Error == 0 ? 0 : double.IsNaN(Error) || Tolerance == 0 ? double.PositiveInfinity : Error / Tolerance;
}
