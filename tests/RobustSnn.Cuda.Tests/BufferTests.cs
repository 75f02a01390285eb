using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>The card's memory, and the way of bytes to it and back.</summary>
public static class BufferTests
{
    /// <summary>Floats of one piece of page-locked memory, through which copies go two pieces in turn.</summary>
    private const int PieceFloats = 1 << 20;

    private static IBackend backend = null!;

    [OneTimeSetUp]
    public static void Open()
    {
        CudaDevices.Require();
        backend = CudaDevices.Open();
    }

    [OneTimeTearDown]
    public static void Close() => backend?.Dispose();

    [TestCase(1)]
    [TestCase(PieceFloats - 1)]
    [TestCase(PieceFloats)]
    [TestCase(PieceFloats + 1)]
    [TestCase(5 * PieceFloats + 3)]
    public static void What_was_uploaded_is_downloaded(int length)
    {
        using var buffer = backend.Allocate(length);
        var values = Numbers(length, seed: length);
        buffer.Upload(values);
        Assert.That(buffer.ToArray(), Is.EqualTo(values));
    }

    [Test]
    public static void The_source_may_change_once_an_upload_has_returned()
    {
        const int Length = 3 * PieceFloats;
        using var buffer = backend.Allocate(Length);
        var values = Numbers(Length, seed: 1);
        var source = (float[])values.Clone();
        buffer.Upload(source);
        Array.Clear(source);
        Assert.That(buffer.ToArray(), Is.EqualTo(values));
    }

    [TestCase(0, 5)]
    [TestCase(7, 1)]
    [TestCase(3, 2 * PieceFloats)]
    [TestCase(2 * PieceFloats + 5, 5)]
    public static void A_part_is_copied_and_the_rest_stays(int start, int length)
    {
        const int Length = 2 * PieceFloats + 10;
        using var buffer = backend.Allocate(Length);
        var expected = Numbers(Length, seed: 2);
        buffer.Upload(expected);
        var part = Numbers(length, seed: 3);
        buffer.Upload(part, start);
        part.CopyTo(expected, start);
        Assert.That(buffer.ToArray(), Is.EqualTo(expected));

        var downloaded = new float[length];
        buffer.Download(downloaded, start);
        Assert.That(downloaded, Is.EqualTo(part));
    }

    [Test]
    public static void Elements_of_every_type_are_copied([Values] ElementType type)
    {
        switch (DeviceBuffer.SizeInBytes(1, type))
        {
            case 1:
                AssertCopied<byte>(type);
                break;
            case 2:
                AssertCopied<ushort>(type);
                break;
            case 4:
                AssertCopied<uint>(type);
                break;
            default:
                AssertCopied<ulong>(type);
                break;
        }
    }

    [Test]
    public static void New_memory_is_zero_where_old_memory_was()
    {
        const int Length = PieceFloats;
        using (var before = backend.Allocate(Length))
            backend.Fill(before, 1);
        using var buffer = backend.Allocate(Length);
        Assert.That(buffer.ToArray(), Is.All.Zero);
    }

    [Test]
    public static void Nothing_is_copied_of_an_empty_buffer()
    {
        using var buffer = backend.Allocate(0);
        using var other = backend.Allocate(0);
        backend.Fill(buffer, 1);
        backend.Copy(buffer, other, 0);
        backend.Blend(buffer, 1, 1, other);
        Assert.That(buffer.ToArray(), Is.Empty);
    }

    [Test]
    public static void More_than_there_is_cannot_be_copied()
    {
        using var shorter = backend.Allocate(3);
        using var longer = backend.Allocate(4);
        Assert.That(() => shorter.Upload(new float[4]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => shorter.Upload(new float[2], 2), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => shorter.Download(new float[4]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => backend.Copy(longer, shorter, 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => backend.Copy(shorter, longer, 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => backend.Blend(longer, 1, 1, shorter), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public static void Elements_of_another_type_are_refused()
    {
        using var floats = backend.Allocate(2);
        using var integers = backend.Allocate(2, ElementType.Int32);
        using var doubles = backend.Allocate(2, ElementType.Float64);
        Assert.That(() => backend.Fill(integers, 1), Throws.ArgumentException);
        Assert.That(() => backend.Copy(integers, floats, 1), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => backend.Blend(floats, 1, 1, doubles), Throws.ArgumentException);
        Assert.That(() => doubles.Upload(new float[2]), Throws.ArgumentException);
    }

    [Test]
    public static void Another_backends_buffer_is_refused()
    {
        using var cpu = Backends.Open();
        using var there = cpu.Allocate(2);
        using var here = backend.Allocate(2);
        Assert.That(() => backend.Fill(there, 1), Throws.ArgumentException);
        Assert.That(() => backend.Copy(there, here, 2), Throws.ArgumentException);
    }

    [Test]
    public static void A_disposed_buffer_is_refused_and_its_memory_given_back()
    {
        var before = backend.LiveBytes;
        var buffer = backend.Allocate(100);
        Assert.That(backend.LiveBytes, Is.EqualTo(before + 400));
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(backend.LiveBytes, Is.EqualTo(before));
        Assert.That(() => backend.Fill(buffer, 1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => buffer.ToArray(), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>Whoever keeps the values in another form has to see that they changed.</summary>
    [Test]
    public static void What_changes_elements_changes_the_version()
    {
        using var buffer = backend.Allocate(4);
        using var other = backend.Allocate(4);
        Action[] changes =
        [
            () => buffer.Upload([1]), () => backend.Fill(buffer, 1), () => backend.Copy(other, buffer, 1), () => backend.Blend(buffer, 1, 1, other),
            () => backend.ClampBelow(buffer, 0), () => backend.RandomFill(buffer, 4, default, default),
        ];
        foreach (var change in changes)
        {
            var before = buffer.Version;
            change();
            Assert.That(buffer.Version, Is.GreaterThan(before));
        }

        Assert.That(other.Version, Is.Zero, "it was only read");
    }

    private static float[] Numbers(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())];
    }

    private static void AssertCopied<T>(ElementType type)
        where T : unmanaged
    {
        const int Length = 1001;
        using var buffer = backend.Allocate(Length, type);
        using var copy = backend.Allocate(Length + 1, type);
        var elements = new T[Length];
        new Random(4).NextBytes(MemoryMarshal.AsBytes(elements.AsSpan()));
        buffer.UploadAs<T>(elements);
        backend.Copy(buffer, copy, Length - 1);

        var found = new T[Length + 1];
        buffer.DownloadAs(found.AsSpan(0, Length));
        Assert.That(found[..Length], Is.EqualTo(elements));
        copy.DownloadAs<T>(found);
        Assert.That(found, Is.EqualTo((T[])[.. elements[..^1], default, default]));
    }
}
