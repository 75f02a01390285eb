namespace RobustSnn.Conformance;

/// <summary>Comparison of what is decided, not measured: as many as differ are wrong.</summary>
internal static class Decisions
{
    /// <summary>How many differ; none may.</summary>
    /// <param name="isOpen">Decisions that rounding may take either way.</param>
    public static Finding Equal(string name, ReadOnlySpan<float> found, ReadOnlySpan<float> expected, Func<int, bool>? isOpen = null)
    {
        var (different, first, open) = (0, -1, 0);
        for (var i = 0; i < found.Length; i++)
        {
            if (isOpen?.Invoke(i) == true)
            {
                open++;
            }
            else if (found[i] != expected[i])
            {
                first = different++ == 0 ? i : first;
            }
        }

        var note = open > 0 ? $" ({open} left to rounding)" : "";
        return new Finding(different, 0, different == 0
            ? $"{name} equal{note}"
            : $"{different} of {found.Length} values of {name} differ{note}, the first at {first}: {found[first]}, expected {expected[first]}");
    }
}
