using System.Collections.Immutable;
using RobustSnn.Experiments.Data;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Runs;

/// <summary>Some images of a set, as an evaluation reads them.</summary>
/// <param name="classes">The network's class of each of the set's; left out where they are the same.</param>
public sealed class ImageSamples(ImageSet images, ImmutableArray<int> indices, ImmutableArray<int> classes = default) : ISampleSource
{
    public int Count => indices.Length;

    /// <summary>Those from one place on, up to another.</summary>
    public ImageSamples Between(int first, int end) => new(images, indices[first..end], classes);

    public void Read(int index, Span<float> pixels) => images.CopyImage(indices[index], pixels);

    /// <summary>Which image of the set it is.</summary>
    public int Number(int index) => indices[index];

    public int Label(int index) => images.Labels[indices[index]] is var label && classes.IsDefault ? label : classes[label];
}
