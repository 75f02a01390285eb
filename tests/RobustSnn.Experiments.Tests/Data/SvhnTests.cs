using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class SvhnTests
{
    private const int Train = 6;
    private const int Test = 3;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(false, true, "UInt8")]
    [TestCase(false, false, "Double")]
    [TestCase(true, true, "Double")]
    [TestCase(true, false, "UInt8")]
    [TestCase(false, true, "UInt16")]
    [TestCase(true, true, "Single")]
    [TestCase(true, false, "Int64")]
    public void Images_are_rows_of_planes_and_ten_is_the_digit_zero(bool isBigEndian, bool isCompressed, string stored)
    {
        var labels = Enum.Parse<MatType>(stored);
        Write("train_32x32.mat", Train, isBigEndian, isCompressed, labels);
        Write("test_32x32.mat", Test, isBigEndian, isCompressed, labels);
        var (train, test) = Svhn.Read(folder.Path, Train, Test);
        Assert.Multiple(() =>
        {
            Assert.That((train.Count, test.Count, train.ImageShape), Is.EqualTo((Train, Test, Svhn.ImageShape)));
            Assert.That((train.Name, test.Name), Is.EqualTo(("svhn train", "svhn test")));
            Assert.That(train.Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, Train).Select(image => Label(image) % 10)));
            Assert.That(train.ClassNames[train.Labels[2]], Is.EqualTo("0"));
            Assert.That(train.Bytes(4).ToArray(), Is.EqualTo(
                from channel in Enumerable.Range(0, 3)
                from row in Enumerable.Range(0, 32)
                from column in Enumerable.Range(0, 32)
                select Pixel(row, column, channel, 4)));
        });
    }

    /// <summary>More than 2^28 bytes, nearly all of them a hole in the file: black images.</summary>
    [Test]
    public void A_large_file_of_sixteen_bit_numbers_is_read()
    {
        const int images = 44_000;
        const int bytes = images * 3 * 32 * 32 * sizeof(ushort);
        var writer = new MatWriter().Add("y", [images, 1], Labels(images), MatType.Double);
        byte[] beginning =
        [
            .. Words(MatType.UInt32, 8, 6, 0), .. Words(MatType.Int32, 16, 32, 32, 3, images), .. Words(MatType.Int8, 1, 'X', 0), .. Words(MatType.UInt16, bytes),
        ];
        writer.Add([.. Words(MatType.Matrix, beginning.Length + bytes), .. beginning]);
        using (var file = File.OpenWrite(folder.Write("train_32x32.mat", writer.File())))
        {
            file.SetLength(file.Length + bytes);
        }

        Write("test_32x32.mat", Test);
        var (train, _) = Svhn.Read(folder.Path, images, Test);
        Assert.That((train.Count, train.Labels[images - 1]), Is.EqualTo((images, Label(images - 1) % 10)));

        IEnumerable<byte> Words(MatType type, params int[] words) => words.Prepend((int)type).SelectMany(word => writer.Word32((uint)word));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Scipy_writes_the_same(bool isCompressed)
    {
        Python python = Python.With("numpy", "scipy.io");
        python.Run(
            """
            import sys, numpy as np, scipy.io
            for name, count in (("train", 6), ("test", 3)):
                r, c, k, n = np.indices((32, 32, 3, count))
                x = ((7 * r + 3 * c + 50 * k + 11 * n) % 256).astype(np.uint8)
                y = (8 + np.arange(count).reshape(-1, 1)) % 10
                y[y == 0] = 10
                scipy.io.savemat(f"{sys.argv[1]}/{name}_32x32.mat", {"other": "text", "X": x, "y": y.astype(float)}, do_compression=sys.argv[2] == "True")
            """,
            folder.Path, isCompressed.ToString());
        var (train, test) = Svhn.Read(folder.Path, Train, Test);
        Assert.Multiple(() =>
        {
            Assert.That(train.Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, Train).Select(image => Label(image) % 10)));
            Assert.That(test.Bytes(2)[(2 * 1024) + (32 * 30) + 5], Is.EqualTo(Pixel(30, 5, 2, 2)));
        });
    }

    [TestCase(0)]
    [TestCase(11)]
    public void A_label_that_is_no_digits_is_refused(int label)
    {
        WriteBoth();
        var labels = Labels(Test);
        labels[1] = label;
        folder.Write("test_32x32.mat", new MatWriter().Add("X", [32, 32, 3, Test], Pixels(Test), MatType.UInt8).Add("y", [Test, 1], labels, MatType.UInt8).File());
        Refused.With(Read, folder["test_32x32.mat"], $"image 1 has label {label}", "10 for the digit 0");
    }

    [Test]
    public void Files_that_have_changed_places_are_refused()
    {
        Write("train_32x32.mat", Test);
        Write("test_32x32.mat", Train);
        Refused.With(Read, folder["train_32x32.mat"], "the variable X is 32 × 32 × 3 × 3, expected 32 × 32 × 3 × 6", "download the file again");
    }

    [Test]
    public void A_missing_file_is_refused()
    {
        Write("train_32x32.mat", Train);
        Refused.With(Read, folder["test_32x32.mat"], "no such file", "y of 3 × 1");
    }

    [Test]
    public void The_official_number_of_images_is_expected_unless_told_otherwise()
    {
        WriteBoth();
        Refused.With(() => Svhn.Read(folder.Path), "32 × 32 × 3 × 73257");
    }

    private void Read() => Svhn.Read(folder.Path, Train, Test);

    private void WriteBoth()
    {
        Write("train_32x32.mat", Train);
        Write("test_32x32.mat", Test);
    }

    private void Write(string name, int images, bool isBigEndian = false, bool isCompressed = true, MatType labels = MatType.Double) =>
        folder.Write(name, new MatWriter(isBigEndian)
            .Add("X", [32, 32, 3, images], Pixels(images), MatType.UInt8, isCompressed)
            .Add("y", [images, 1], Labels(images), labels, isCompressed).File());

    private static double[] Labels(int images) => [.. Enumerable.Range(0, images).Select(image => (double)Label(image))];

    /// <summary>8, 9, 10, 1, 2, …</summary>
    private static int Label(int image) => 1 + ((image + 7) % 10);

    private static double[] Pixels(int images) =>
    [
        .. from image in Enumerable.Range(0, images) from channel in Enumerable.Range(0, 3) from column in Enumerable.Range(0, 32)
           from row in Enumerable.Range(0, 32) select (double)Pixel(row, column, channel, image),
    ];

    private static byte Pixel(int row, int column, int channel, int image) => (byte)((7 * row) + (3 * column) + (50 * channel) + (11 * image));
}
