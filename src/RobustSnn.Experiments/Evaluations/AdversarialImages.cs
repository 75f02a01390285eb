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

    /// <summary>Samples of a sheet.</summary>
    public const int SamplesOfSheet = 16;

    /// <summary>Nobody looks at more.</summary>
    public const int MostSheets = 64;

    private readonly string folder;
    private readonly DataSet data;
    private readonly ImageSamples samples;
    private readonly SortedDictionary<int, (LedgerMember Member, float Distance, float[] Image)> nearest = [];

    /// <exception cref="BadInputException">The folder cannot be made or has such files already, or nothing on this machine writes PNG.</exception>
    public AdversarialImages(string folder, DataSet data, ImageSamples samples)
    {
        this.folder = folder;
        this.data = data;
        this.samples = samples;
        if (data.Test.Channels is not (1 or 3))
        {
            throw new BadInputException($"Images to look at expect 1 channel or 3, found {data.Test.Channels} in {data.Test.Name}.");
        }

        LibPng.RequireForWriting();
        foreach (var path in new[] { Path.Combine(folder, FileName), Sheet(0) })
        {
            InputPath.RequireFile(path);
            if (Path.Exists(path))
            {
                throw new BadInputException($"{path}: is there already; expected a new folder for adversarial images");
            }
        }

        MakeFolder();
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
    /// <returns>A sentence for who asked: what there is, and what is on no sheet.</returns>
    /// <exception cref="BadInputException">The system refuses it.</exception>
    public string Write()
    {
        MakeFolder();
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
        WriteSheets(clean);
        return Summary();
    }

    private void WriteSheets(float[] clean)
    {
        var size = data.Test.ImageShape.Count;
        var found = nearest.Values.Take(SamplesOfSheet * MostSheets).Select((each, place) => (each.Image, Place: place));
        foreach (var (number, rows) in found.Chunk(SamplesOfSheet).Index())
        {
            var sheet = new ImageSheet(data.Test.ImageShape, rows.Length);
            foreach (var (row, (image, place)) in rows.Index())
            {
                sheet.Draw(row, clean.AsSpan(place * size, size), image);
            }

            var content = sheet.Encode();
            AtomicFile.Write(Sheet(number), stream => stream.Write(content));
        }
    }

    private string Summary()
    {
        const int most = SamplesOfSheet * MostSheets;
        var sheets = (Math.Min(nearest.Count, most) + SamplesOfSheet - 1) / SamplesOfSheet;
        return string.Create(CultureInfo.InvariantCulture, $"{folder}: {nearest.Count} adversarial images in {FileName}; {sheets} sheets to look at, clean | adversarial | "
            + $"difference × {ImageSheet.Magnification}{(nearest.Count > most ? $", have the first {most} of them" : "")}");
    }

    private string Sheet(int number) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"sheet-{number:000}.png"));

    // Before the work and before its result is written: what cannot be is said early, and somebody may have removed the empty folder.
    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder}: expected a folder for adversarial images, which cannot be made: {exception.Message}", exception);
        }
    }

    private float[] CleanOf(int place)
    {
        var pixels = new float[data.Test.ImageShape.Count];
        samples.Read(place, pixels);
        return pixels;
    }
}
