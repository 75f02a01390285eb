using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class BilinearResizeTests
{
    [Test]
    public void The_same_size_changes_nothing()
    {
        var shape = new Shape(3, 9, 7);
        var pixels = Noise(shape.Count);
        var found = new byte[shape.Count];
        BilinearResize.Resize(pixels, shape, new(0, 0, 9, 7), shape, found);
        Assert.That(found, Is.EqualTo(pixels));
    }

    [TestCase(3, 5)]
    [TestCase(40, 40)]
    public void What_is_the_same_everywhere_stays(int rows, int columns)
    {
        var found = new byte[rows * columns];
        BilinearResize.Resize([.. Enumerable.Repeat((byte)201, 100)], new(1, 10, 10), new(2, 1, 7, 8), new(1, rows, columns), found);
        Assert.That(found, Is.All.EqualTo(201));
    }

    // Doubled, a new pixel's centre is a quarter of an old one from the nearest: 3/4 of it and 1/4 of the next.
    [Test]
    public void A_line_that_is_doubled_is_blended()
    {
        var found = new byte[6];
        BilinearResize.Resize([0, 100, 200], new(1, 1, 3), new(0, 0, 1, 3), new(1, 1, 6), found);
        Assert.That(found, Is.EqualTo(new byte[] { 0, 25, 75, 125, 175, 200 }));
    }

    // Halved, a triangle of four pixels: weights 1, 3, 3, 1, cut off at the ends.
    [Test]
    public void A_line_that_is_halved_is_smoothed()
    {
        var found = new byte[2];
        BilinearResize.Resize([0, 40, 80, 160], new(1, 1, 4), new(0, 0, 1, 4), new(1, 1, 2), found);
        Assert.That(found, Is.EqualTo(new byte[] { (byte)Math.Round(((3 * 0) + (3 * 40) + 80) / 7.0), (byte)Math.Round((40 + (3 * 80) + (3 * 160)) / 7.0) }));
    }

    [TestCase(0, 0, 64, 64, 64, 64)]
    [TestCase(3, 5, 40, 50, 64, 64)]
    [TestCase(10, 0, 19, 64, 64, 64)]
    [TestCase(1, 2, 61, 62, 32, 24)]
    [TestCase(0, 0, 64, 64, 7, 5)]
    [TestCase(63, 63, 1, 1, 64, 64)]
    [TestCase(0, 0, 64, 64, 1, 1)]
    [TestCase(20, 20, 18, 21, 17, 90)]
    public void Pillow_gives_the_same_bytes(int top, int left, int rows, int columns, int toRows, int toColumns)
    {
        Python python = Python.With("PIL.Image");
        using var folder = new TemporaryFolder();
        var shape = new Shape(3, 64, 64);
        var pixels = Noise(shape.Count);
        folder.Write("in", pixels);
        python.Run(
            """
            import sys
            from PIL import Image
            folder, top, left, rows, columns, to_rows, to_columns = sys.argv[1], *map(int, sys.argv[2:])
            data = open(folder + "/in", "rb").read()
            with open(folder + "/out", "wb") as out:
                for plane in range(3):
                    image = Image.frombytes("L", (64, 64), data[plane * 4096:(plane + 1) * 4096])
                    part = image.crop((left, top, left + columns, top + rows))
                    out.write(part.resize((to_columns, to_rows), Image.BILINEAR).tobytes())
            """,
            [folder.Path, .. new[] { top, left, rows, columns, toRows, toColumns }.Select(value => $"{value}")]);
        var found = new byte[3 * toRows * toColumns];
        BilinearResize.Resize(pixels, shape, new(top, left, rows, columns), new(3, toRows, toColumns), found);
        Assert.That(found, Is.EqualTo(File.ReadAllBytes(folder["out"])));
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
