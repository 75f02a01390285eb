using System.Collections.Immutable;
using RobustSnn.Experiments.Data;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Runs;

/// <summary>Some images of a set, as an evaluation reads them.</summary>
public sealed class ImageSamples(ImageSet images, ImmutableArray<int> indices) : ISampleSource
{
    public int Count => indices.Length;

    public void Read(int index, Span<float> pixels) => images.CopyImage(indices[index], pixels);

    /// <summary>Which image of the set it is.</summary>
    public int Number(int index) => indices[index];

    public int Label(int index) => images.Labels[indices[index]];
}
