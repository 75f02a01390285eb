namespace RobustSnn.Robustness.Evaluations;

/// <summary>Labelled images, by index: a data set as an evaluation sees it.</summary>
public interface ISampleSource
{
    int Count { get; }

    /// <summary>Writes the pixels of an image (channel, row, column) in [0,1].</summary>
    void Read(int index, Span<float> pixels);

    /// <summary>Its number in the data set that it is from, which its draws depend on: the same whichever part of the set is the source.</summary>
    int Number(int index);

    /// <summary>Its class, from 0.</summary>
    int Label(int index);
}
