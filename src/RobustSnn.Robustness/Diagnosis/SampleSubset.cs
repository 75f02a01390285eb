using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>Some samples of a source, which keep their numbers and so their draws.</summary>
/// <param name="places">Of each in the source.</param>
internal sealed class SampleSubset(ISampleSource source, IReadOnlyList<int> places) : ISampleSource
{
    public int Count => places.Count;

    public void Read(int index, Span<float> pixels) => source.Read(places[index], pixels);

    public int Number(int index) => source.Number(places[index]);

    public int Label(int index) => source.Label(places[index]);

    /// <summary>As many of the places as that at most, spread evenly: data sets may be in the order of their classes.</summary>
    public static int[] Spread(IReadOnlyList<int> places, int most)
    {
        var count = Math.Min(places.Count, most);
        return [.. Enumerable.Range(0, count).Select(i => places[(int)((long)i * places.Count / count)])];
    }
}
