namespace RobustSnn.Contract;

/// <summary>Whether a backend does what the reference does.</summary>
public static class Agreement
{
    /// <summary>What a backend made of a case that the reference did not, for people; empty where they agree.</summary>
    public static IReadOnlyList<string> Differences(BackendUnderTest backend, ContractCase @case)
    {
        var found = @case.RunOn(backend);
        var differences = new List<string>(found.Damage);
        foreach (var (name, expected) in @case.Reference.Outputs)
        {
            var values = found.Outputs[name];
            var largest = expected.Select(Math.Abs).DefaultIfEmpty().Max();
            var worst = Enumerable.Range(0, expected.Length).MaxBy(i => Error(values[i], expected[i]));
            if (expected.Length > 0 && Error(values[worst], expected[worst]) > @case.Tolerance * largest)
            {
                differences.Add($"{name}[{worst}] of {expected.Length} is {values[worst]:R}, expected {expected[worst]:R}; largest {largest:R}");
            }
        }

        return differences;
    }

    /// <summary>A NaN is further from any number than every number.</summary>
    private static double Error(double found, double expected) => double.IsNaN(found) ? double.PositiveInfinity : Math.Abs(found - expected);
}
