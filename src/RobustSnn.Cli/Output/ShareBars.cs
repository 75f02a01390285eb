using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Output;

/// <summary>How much of each layer was kept, as a bar a layer.</summary>
internal static class ShareBars
{
    private const int Width = 24;
    private const char Full = '█';

    // By eighths of a column.
    private const string Parts = " ▏▎▍▌▋▊▉";

    /// <summary>Lines of equal length: the layer, its bar, its share, the numbers.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<LayerShare> layers)
    {
        int names = layers.Select(layer => layer.Name.Length).DefaultIfEmpty().Max();
        int digits = layers.Select(layer => Format.Count(layer.Total).Length).DefaultIfEmpty().Max();
        return layers.Select(layer =>
        {
            double share = (double)layer.Kept / layer.Total;
            return $"  {layer.Name.PadRight(names)} {Bar(share)} {Format.Percent(share),7}  {Format.Count(layer.Kept).PadLeft(digits)} of "
                + Format.Count(layer.Total).PadLeft(digits);
        });
    }

    /// <summary>A share from 0 to 1; what is not 0 is seen.</summary>
    private static string Bar(double share)
    {
        int eighths = (int)Math.Round(8 * Width * share);
        eighths = Math.Max(eighths, share > 0 ? 1 : 0);
        string bar = new string(Full, eighths / 8) + (eighths % 8 > 0 ? Parts[eighths % 8] : "");
        return bar.PadRight(Width);
    }
}
