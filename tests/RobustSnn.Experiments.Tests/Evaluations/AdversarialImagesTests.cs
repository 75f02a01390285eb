using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Evaluations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Tests.Evaluations;

/// <summary>Adversarial images in files, read again by what reads other people's files.</summary>
[TestFixture]
public sealed class AdversarialImagesTests
{
    private const int Gap = 4;

    private static readonly LedgerMember Pgd = new("pgd10", "bptt", Budget.Pixels(8 / 255f));

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>Small images are magnified, large ones are not; grey ones have one channel.</summary>
    [TestCase(3, 8, 8, 16)]
    [TestCase(3, 32, 32, 4)]
    [TestCase(1, 5, 7, 18)]
    [TestCase(3, 130, 2, 1)]
    public void Every_pixel_of_a_sheet_is_what_it_should_be(int channels, int rows, int columns, int scale)
    {
        var (data, samples) = Samples(20, new Shape(channels, rows, columns));
        var images = Fill(data, samples, out var adversarial);
        Assert.That(images.Write(), Does.Contain("20 adversarial images").And.Contain("2 sheets").And.Not.Contain("the first"));
        var sheets = new[] { Sheet(0, 16, rows, columns, scale), Sheet(1, 4, rows, columns, scale) };
        var clean = new float[channels * rows * columns];
        for (var place = 0; place < samples.Count; place++)
        {
            samples.Read(place, clean);
            var (sheet, width, height) = sheets[place / 16];
            for (var (y, x, colour) = (0, 0, 0); y < rows * scale; (y, x, colour) = Next(y, x, colour, columns * scale))
            {
                var value = ((Math.Min(colour, channels - 1) * rows) + (y / scale)) * columns + (x / scale);
                var expected = new[]
                {
                    Round(255 * clean[value]), Round(255 * adversarial[place][value]),
                    Round(Math.Clamp(128 + (20 * 255 * (adversarial[place][value] - clean[value])), 0, 255)),
                };
                var top = (place % 16 * ((rows * scale) + Gap)) + y;
                var found = Enumerable.Range(0, 3).Select(picture => (int)sheet[
                    (((colour * height) + top) * width) + (picture * ((columns * scale) + Gap)) + x]);
                Assert.That(found, Is.EqualTo(expected), $"sample {place}, row {y}, column {x}, colour {colour}");
            }
        }
    }

    [Test]
    public void An_image_that_is_as_it_was_differs_by_mid_grey()
    {
        var (data, samples) = Samples(1, new Shape(3, 128, 128));
        var clean = new float[3 * 128 * 128];
        samples.Read(0, clean);
        var images = new AdversarialImages(folder.File("images"), data, samples);
        images.Add(samples.Number(0), Pgd, MemberFinding.BrokenAt(1, 0), clean);
        images.Write();
        var (sheet, width, _) = Sheet(0, 1, 128, 128, 1);
        Assert.That(Enumerable.Range(0, 128).Select(x => (int)sheet[(2 * (128 + Gap)) + x + width]), Is.All.EqualTo(128));
    }

    [Test]
    public void There_are_no_more_sheets_than_anybody_looks_at()
    {
        var (data, samples) = Samples(1030, new Shape(3, 1, 128));
        Assert.That(Fill(data, samples, out _).Write(), Does.Contain("1030 adversarial images").And.Contain("64 sheets").And.Contain("the first 1024"));
        Assert.That(Directory.GetFiles(folder.File("images"), "*.png"), Has.Length.EqualTo(64));
        Assert.That(Safetensors.Read(folder.File("images/adversarial.safetensors")).Tensors.Single(tensor => tensor.Name == "adversarial").Dimensions[0], Is.EqualTo(1030));
    }

    [Test]
    public void Where_nothing_was_broken_there_is_no_sheet()
    {
        var (data, samples) = Samples(3, new Shape(3, 8, 8));
        Assert.That(new AdversarialImages(folder.File("images"), data, samples).Write(), Does.Contain("0 adversarial images").And.Contain("0 sheets"));
        Assert.That(Directory.GetFiles(folder.File("images")), Has.Length.EqualTo(1));
    }

    [TestCase("adversarial.safetensors")]
    [TestCase("sheet-000.png")]
    public void A_folder_that_has_such_files_is_refused_before_the_work(string name)
    {
        Directory.CreateDirectory(folder.File("images"));
        File.WriteAllText(folder.File($"images/{name}"), "mine");
        var (data, samples) = Samples(1, new Shape(3, 8, 8));
        Assert.That(() => new AdversarialImages(folder.File("images"), data, samples), Refuses.At(folder.File("images"), name, "is there already"));
        Assert.That(File.ReadAllText(folder.File($"images/{name}")), Is.EqualTo("mine"));
    }

    [Test]
    public void A_folder_that_cannot_be_made_is_refused_before_the_work()
    {
        File.WriteAllText(folder.File("images"), "");
        var (data, samples) = Samples(1, new Shape(3, 8, 8));
        Assert.That(() => new AdversarialImages(folder.File("images"), data, samples), Refuses.At(folder.File("images"), "cannot be made"));
    }

    /// <summary>Every sample with an image that may differ from it by up to 10/255, which is more than a sheet shows.</summary>
    private AdversarialImages Fill(DataSet data, ImageSamples samples, out float[][] adversarial)
    {
        var random = new Random(3);
        var images = new AdversarialImages(folder.File("images"), data, samples);
        adversarial = new float[samples.Count][];
        for (var place = 0; place < samples.Count; place++)
        {
            var image = new float[data.Test.ImageShape.Count];
            samples.Read(place, image);
            adversarial[place] = Array.ConvertAll(image, pixel => Math.Clamp(pixel + ((random.NextSingle() - 0.5f) * 20 / 255), 0, 1));
            images.Add(samples.Number(place), Pgd, MemberFinding.BrokenAt(1, 0.01f), adversarial[place]);
        }

        return images;
    }

    /// <summary>All but the first image of a set: their numbers are not their places.</summary>
    private static (DataSet Data, ImageSamples Samples) Samples(int count, Shape shape)
    {
        var pixels = new byte[(count + 1) * shape.Count];
        new Random(2).NextBytes(pixels);
        var test = new ImageSet("random test", shape, ["a"], [.. pixels], [.. new int[count + 1]]);
        return (new DataSet("random", test, test, PixelStatistics.None), new ImageSamples(test, [.. Enumerable.Range(1, count)]));
    }

    /// <summary>A sheet as (colour, row, column), its columns and its rows.</summary>
    private (byte[] Planes, int Columns, int Rows) Sheet(int number, int samples, int rows, int columns, int scale)
    {
        var shape = new Shape(3, (samples * ((rows * scale) + Gap)) - Gap, (3 * ((columns * scale) + Gap)) - Gap);
        var planes = new byte[shape.Count];
        using var decoder = new ImageDecoder();
        decoder.Read(folder.File($"images/sheet-00{number}.png"), shape, "the test", planes);
        return (planes, shape.Columns, shape.Rows);
    }

    private static (int Y, int X, int Colour) Next(int y, int x, int colour, int columns) =>
        colour < 2 ? (y, x, colour + 1) : x + 5 < columns ? (y, x + 5, 0) : (y + 3, 0, 0);

    private static int Round(float value) => (int)MathF.Round(value);
}
