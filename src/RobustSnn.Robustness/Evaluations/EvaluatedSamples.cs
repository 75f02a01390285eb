using RobustSnn.Model;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>The samples of an evaluation, by their place in its source, and what the network as deployed says of the clean images.</summary>
internal sealed class EvaluatedSamples
{
    private readonly ISampleSource source;
    private readonly float[] logits;
    private readonly int[] labels;
    private readonly int[] numbers;
    private readonly int[] predictions;

    /// <exception cref="BadInputException">No samples, a label that is none of the network's classes, or one number twice.</exception>
    public EvaluatedSamples(ISampleSource source, int classes)
    {
        if (source.Count < 1)
        {
            throw new BadInputException("The data set to evaluate on has no samples, expected at least 1.");
        }

        this.source = source;
        Classes = classes;
        labels = new int[source.Count];
        numbers = new int[source.Count];
        this.predictions = new int[source.Count];
        this.logits = new float[(long)source.Count * classes];
        var known = new HashSet<int>();
        for (var i = 0; i < source.Count; i++)
        {
            (labels[i], numbers[i]) = (source.Label(i), source.Number(i));
            SampleReading.RequireClass(i, labels[i], classes);
            if (!known.Add(numbers[i]))
            {
                throw new BadInputException($"Sample {numbers[i]} is among those to evaluate twice, expected each once.");
            }
        }
    }

    public int Count => source.Count;

    public int Classes { get; }

    public int Label(int place) => labels[place];

    /// <summary>In the data set that it is from.</summary>
    public int Number(int place) => numbers[place];

    /// <summary>As <see cref="Predictions.Of"/> has it.</summary>
    public int Prediction(int place) => this.predictions[place];

    public bool IsCorrect(int place) => this.predictions[place] == labels[place];

    public ReadOnlySpan<float> Logits(int place) => this.logits.AsSpan(place * Classes, Classes);

    /// <summary>The label's logit minus the largest other.</summary>
    public float Margin(int place) => Predictions.Margin(Logits(place), labels[place]);

    /// <summary>Pixels of one or several samples that follow each other.</summary>
    public void Read(int first, Span<float> pixels, int pixelCount)
    {
        for (var i = 0; i * pixelCount < pixels.Length; i++)
        {
            source.Read(first + i, pixels.Slice(i * pixelCount, pixelCount));
        }
    }

    /// <summary>Takes what the network says of samples that follow each other.</summary>
    public void SetLogits(int first, ReadOnlySpan<float> values)
    {
        values.CopyTo(this.logits.AsSpan(first * Classes));
        Predictions.Of(values, Classes, this.predictions.AsSpan(first, values.Length / Classes));
    }
}
