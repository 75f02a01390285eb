using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Diagnosis;

/// <summary>A sound network behind something that changes its images, its logits or its gradients on the host.</summary>
/// <param name="inner">Disposed with it.</param>
internal abstract class FlawedClassifier(IClassifier inner) : IClassifier
{
    private readonly DeviceBuffer images = inner.Backend.Allocate((long)inner.Batch * inner.PixelCount);
    private readonly DeviceBuffer logits = inner.Backend.Allocate((long)inner.Batch * inner.Classes);
    private readonly DeviceBuffer gradient = inner.Backend.Allocate((long)inner.Batch * inner.PixelCount);
    private float[] last = [];
    private int count;

    public SpikingModel Model => inner.Model;

    public IBackend Backend => inner.Backend;

    public int Batch => inner.Batch;

    public int Timesteps => inner.Timesteps;

    public int Classes => inner.Classes;

    public Shape ImageShape => inner.ImageShape;

    public int PixelCount => inner.PixelCount;

    public CancellationToken Cancellation
    {
        get => inner.Cancellation;
        set => inner.Cancellation = value;
    }

    public int SamplesComputed(int samples) => inner.SamplesComputed(samples);

    public DeviceBuffer Logits(DeviceBuffer pixels, int samples, bool countSpikes = false) =>
        Changed(inner.Logits(Shown(pixels, samples), samples, countSpikes), samples);

    public DeviceBuffer Forward(DeviceBuffer pixels, int samples, GradientEstimator estimator) =>
        Changed(inner.Forward(Shown(pixels, samples), samples, estimator), samples);

    public bool IsDeployed(GradientEstimator estimator) => inner.IsDeployed(estimator);

    public void BeginRun(GradientEstimator estimator) => inner.BeginRun(estimator);

    public void BeginSamples(GradientEstimator estimator, DeviceBuffer entering, int samples) => inner.BeginSamples(estimator, entering, samples);

    public void DropSamples(GradientEstimator estimator, DeviceBuffer dropped, int samples) => inner.DropSamples(estimator, dropped, samples);

    public DeviceBuffer LogitGradient(GradientEstimator estimator) => inner.LogitGradient(estimator);

    public DeviceBuffer Backward(GradientEstimator estimator, bool repeats = false)
    {
        var values = inner.Backward(estimator, repeats).ToArray(count * PixelCount);
        for (var i = 0; i < count; i++)
        {
            ChangeGradient(estimator, last.AsSpan(i * PixelCount, PixelCount), values.AsSpan(i * PixelCount, PixelCount));
        }

        gradient.Upload(values);
        return gradient;
    }

    public double SpikeCount(int node) => inner.SpikeCount(node);

    public void Dispose()
    {
        images.Dispose();
        logits.Dispose();
        gradient.Dispose();
        inner.Dispose();
    }

    /// <summary>What the network sees in place of an image.</summary>
    protected virtual void ChangeImage(Span<float> pixels)
    {
    }

    /// <summary>What is said in place of its logits, of all samples of a pass.</summary>
    protected virtual void ChangeLogits(ReadOnlySpan<float> pixels, Span<float> logits)
    {
    }

    /// <summary>What is given in place of its gradient at an image.</summary>
    protected virtual void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient)
    {
    }

    private DeviceBuffer Shown(DeviceBuffer pixels, int samples)
    {
        count = samples;
        last = pixels.ToArray(samples * PixelCount);
        var shown = last.ToArray();
        for (var i = 0; i < samples; i++)
        {
            ChangeImage(shown.AsSpan(i * PixelCount, PixelCount));
        }

        images.Upload(shown);
        return images;
    }

    private DeviceBuffer Changed(DeviceBuffer said, int samples)
    {
        var values = said.ToArray(samples * Classes);
        ChangeLogits(last, values);
        logits.Upload(values);
        return logits;
    }
}

/// <summary>Pixels rounded to a few levels: a step function, of which the honest gradient is zero.</summary>
internal sealed class Quantised(IClassifier inner) : FlawedClassifier(inner)
{
    private const int Levels = 16;

    protected override void ChangeImage(Span<float> pixels)
    {
        foreach (ref var pixel in pixels)
        {
            pixel = MathF.Round(pixel * Levels) / Levels;
        }
    }

    protected override void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient) => gradient.Clear();
}

/// <summary>A defence that only masks: the network is as it was, and its gradient points back.</summary>
internal sealed class Misleading(IClassifier inner) : FlawedClassifier(inner)
{
    protected override void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient)
    {
        foreach (ref var value in gradient)
        {
            value = -value;
        }
    }
}

/// <summary>Logits with noise that differs in each pass.</summary>
internal sealed class Noisy(IClassifier inner, float deviation) : FlawedClassifier(inner)
{
    private readonly Random random = new(1);

    protected override void ChangeLogits(ReadOnlySpan<float> pixels, Span<float> logits)
    {
        foreach (ref var logit in logits)
        {
            logit += deviation * ((2 * random.NextSingle()) - 1);
        }
    }
}

/// <summary>Logits less the mean of those of the batch, as a network has them that normalises by the batch.</summary>
internal sealed class ByBatch(IClassifier inner) : FlawedClassifier(inner)
{
    protected override void ChangeLogits(ReadOnlySpan<float> pixels, Span<float> logits)
    {
        var samples = logits.Length / Classes;
        for (var label = 0; label < Classes; label++)
        {
            var mean = 0f;
            for (var i = 0; i < samples; i++)
            {
                mean += logits[(i * Classes) + label] / samples;
            }

            for (var i = 0; i < samples; i++)
            {
                logits[(i * Classes) + label] -= mean;
            }
        }
    }
}

/// <summary>A network whose training has taught one estimator to find nothing.</summary>
internal sealed class Flattering(IClassifier inner, string trained) : FlawedClassifier(inner)
{
    protected override void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient)
    {
        if (estimator.Name == trained)
        {
            foreach (ref var value in gradient)
            {
                value = -value;
            }
        }
    }
}

/// <summary>An image is lost where its first pixel is, and only along that pixel is there a slope; everything else is as in the network.</summary>
/// <param name="isLost">Of the first pixel.</param>
/// <param name="slope">Of the loss along it, there.</param>
internal sealed class ByFirstPixel(IClassifier inner, Func<float, bool> isLost, Func<float, float> slope) : FlawedClassifier(inner)
{
    private const float Lost = 1000;

    protected override void ChangeLogits(ReadOnlySpan<float> pixels, Span<float> logits)
    {
        for (var i = 0; i < logits.Length / Classes; i++)
        {
            var row = logits.Slice(i * Classes, Classes);
            if (isLost(pixels[i * PixelCount]))
            {
                var best = 0;
                for (var label = 1; label < row.Length; label++)
                {
                    best = row[label] > row[best] ? label : best;
                }

                row[(best + 1) % Classes] += Lost;
            }
        }
    }

    protected override void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient)
    {
        gradient.Clear();
        gradient[0] = slope(pixels[0]);
    }
}

/// <summary>A network that has a gradient from some starts only: where the first pixel is, which then stays.</summary>
internal sealed class FromSomeStarts(IClassifier inner, Func<float, bool> hasGradient) : FlawedClassifier(inner)
{
    protected override void ChangeGradient(GradientEstimator estimator, ReadOnlySpan<float> pixels, Span<float> gradient)
    {
        gradient[0] = 0;
        if (!hasGradient(pixels[0]))
        {
            gradient.Clear();
        }
    }
}
