using System.Globalization;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>
/// The images that broke samples, of each the nearest to the clean one, in a folder: <c>adversarial.safetensors</c> and sheets to look at. One
/// norm's distances are not compared with another's: what came first stays.
/// </summary>
public sealed class AdversarialImages
{
    /// <summary>The file of the images.</summary>
    public const string FileName = "adversarial.safetensors";

    private readonly string folder;
    private readonly DataSet data;
    private readonly ImageSamples samples;
    private readonly SortedDictionary<int, (LedgerMember Member, float Distance, float[] Image)> nearest = [];

    /// <exception cref="BadInputException">The folder cannot be made, or has such a file already.</exception>
    public AdversarialImages(string folder, DataSet data, ImageSamples samples)
    {
        this.folder = folder;
        this.data = data;
        this.samples = samples;
        InputPath.RequireFile(Path.Combine(folder, FileName));
        if (Path.Exists(Path.Combine(folder, FileName)))
        {
            throw new BadInputException($"{Path.Combine(folder, FileName)}: is there already; expected a new folder for adversarial images");
        }
    }

    /// <summary>Takes an image that broke a sample.</summary>
    public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image)
    {
        if (!nearest.TryGetValue(sample, out var known) || (known.Member.Budget.Norm == member.Budget.Norm && finding.Distance < known.Distance))
        {
            nearest[sample] = (member, finding.Distance, image.ToArray());
        }
    }

    /// <summary>Writes the file and the sheets.</summary>
    /// <exception cref="BadInputException">The system refuses it.</exception>
    public void Write()
    {
        Directory.CreateDirectory(folder);
        var shape = data.Test.ImageShape;
        var count = nearest.Count;
        var path = Path.Combine(folder, FileName);
        var places = Enumerable.Range(0, samples.Count).ToDictionary(samples.Number);
        float[] clean = [.. nearest.Keys.SelectMany(sample => CleanOf(places[sample]))];
        Safetensors.Write(path,
        [
            HostTensor.FromFloats("adversarial", [count, shape.Channels, shape.Rows, shape.Columns], [.. nearest.Values.SelectMany(each => each.Image)]),
            HostTensor.FromFloats("clean", [count, shape.Channels, shape.Rows, shape.Columns], clean),
            HostTensor.FromFloats("distance", [count], [.. nearest.Values.Select(each => each.Distance)]),
            HostTensor.FromFloats("label", [count], [.. nearest.Keys.Select(sample => (float)samples.Label(places[sample]))]),
            HostTensor.FromFloats("sample", [count], [.. nearest.Keys.Select(sample => (float)sample)]),
        ], new Dictionary<string, string>
        {
            ["data"] = data.Name,
            ["members"] = string.Join('\n', nearest.Values.Select(each => each.Member.ToString())),
            ["samples"] = string.Join(',', nearest.Keys.Select(sample => sample.ToString(CultureInfo.InvariantCulture))),
        });
    }

    private float[] CleanOf(int place)
    {
        var pixels = new float[data.Test.ImageShape.Count];
        samples.Read(place, pixels);
        return pixels;
    }
}
