using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// A few of the images that broke samples of an evaluation, for people to look at: the nearest of each of the first samples that were broken.
/// Which they are depends neither on the batch nor on when they were found.
/// </summary>
internal sealed class BrokenImages : IEvaluationRecord
{
    /// <summary>Samples that are kept: nobody looks at more in a table of them.</summary>
    public const int Most = 8;

    private readonly SortedDictionary<int, (string Member, float Distance, float[] Image)> kept = [];

    public Ledger Known { get; } = new();

    public void AddClean(LedgerRow row) => Known.AddClean(row);

    public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image)
    {
        Known.Add(sample, member, finding);
        if (!finding.Broken || (kept.TryGetValue(sample, out var known) && !IsNearer(member.ToString(), finding.Distance, known.Member, known.Distance)))
        {
            return;
        }

        kept[sample] = (member.ToString(), finding.Distance, image.ToArray());
        if (kept.Count > Most)
        {
            kept.Remove(kept.Keys.Last());
        }
    }

    public void Flush()
    {
    }

    /// <summary>
    /// Writes the clean images, the adversarial ones, their true classes and what the network as deployed makes of them. Where nothing was broken
    /// there is no file, and one of an earlier network of this stage goes.
    /// </summary>
    /// <exception cref="BadInputException">The system refuses it.</exception>
    public void Write(string path, DataSet data, ImageSamples samples, SpikingModel model, int timesteps)
    {
        if (kept.Count == 0)
        {
            Remove(path);
            return;
        }

        var shape = data.Test.ImageShape;
        int[] dimensions = [kept.Count, shape.Channels, shape.Rows, shape.Columns];
        float[] adversarial = [.. kept.Values.SelectMany(each => each.Image)];
        var predictions = new int[kept.Count];
        using (var classifier = new Classifier(model, kept.Count, timesteps))
        using (var pixels = model.Backend.Allocate(adversarial.Length))
        {
            pixels.Upload(adversarial);
            classifier.Predict(pixels, predictions);
        }

        var places = Enumerable.Range(0, samples.Count).ToDictionary(samples.Number);
        Safetensors.Write(path,
        [
            HostTensor.FromFloats("clean", dimensions, [.. kept.Keys.SelectMany(sample => Pixels(samples, places[sample], shape.Count))]),
            HostTensor.FromFloats("adversarial", dimensions, adversarial),
            HostTensor.FromInts("label", [kept.Count], [.. kept.Keys.Select(sample => samples.Label(places[sample]))]),
            HostTensor.FromInts("prediction", [kept.Count], predictions),
        ], new Dictionary<string, string>
        {
            ["class_names"] = System.Text.Json.JsonSerializer.Serialize(data.Test.ClassNames),
            ["members"] = string.Join('\n', kept.Values.Select(each => each.Member)),
            ["samples"] = string.Join(',', kept.Keys.Select(sample => sample.ToString(CultureInfo.InvariantCulture))),
        });
    }

    // The name decides between images that are as near, so that the order in which they came does not.
    private static bool IsNearer(string member, float distance, string otherMember, float otherDistance) =>
        distance < otherDistance || (distance == otherDistance && string.CompareOrdinal(member, otherMember) < 0);

    private static float[] Pixels(ImageSamples samples, int place, int count)
    {
        var pixels = new float[count];
        samples.Read(place, pixels);
        return pixels;
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: is of an earlier network and cannot be removed: {exception.Message}", exception);
        }
    }
}
