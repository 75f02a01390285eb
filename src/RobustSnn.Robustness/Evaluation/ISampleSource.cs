namespace RobustSnn.Robustness;

/// <summary>Labelled images, by index: a data set as an evaluation sees it.</summary>
public interface ISampleSource
{
    int Count { get; }

    /// <summary>Writes the pixels of an image (channel, row, column) in [0,1].</summary>
    void Read(int index, Span<float> pixels);

    /// <summary>Its class, from 0.</summary>
    int Label(int index);
}
