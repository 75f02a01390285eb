namespace RobustSnn.Conformance;

/// <summary>A check's result: an error in the measure of the group and what it may be.</summary>
internal readonly record struct Finding(double Error, double Tolerance, string Detail)
{
    /// <summary>Error and tolerance of the one that is furthest beyond, or nearest to, its tolerance; the details of all.</summary>
    public static Finding Worst(params ReadOnlySpan<Finding> findings)
    {
        var worst = findings[0];
        var details = new string[findings.Length];
        for (var i = 0; i < findings.Length; i++)
        {
            details[i] = findings[i].Detail;
            worst = findings[i].Share > worst.Share ? findings[i] : worst;
        }

        return worst with { Detail = string.Join("; ", details) };
    }

    /// <summary>Of the tolerance; infinite where there is none, or no number.</summary>
    private double Share => Error == 0 ? 0 : double.IsNaN(Error) || Tolerance == 0 ? double.PositiveInfinity : Error / Tolerance;
}
