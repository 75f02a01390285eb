using System.Buffers.Binary;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Monitoring;

public sealed class EventFileTests
{
    [Test]
    public void It_begins_with_its_version_and_the_step_that_comes()
    {
        using var folder = new TemporaryFolder();
        EventFile.Begin(folder.Path, 7).Dispose();
        var events = EventReader.Read(EventReader.Files(folder.Path).Single());
        Assert.That(events, Has.Count.EqualTo(2));
        Assert.That(events[0].Text(3), Is.EqualTo("brain.Event:2"));
        Assert.That(events[1].Whole(2), Is.EqualTo(7));
        Assert.That(events[1].Message(7).Whole(1), Is.EqualTo(1), "START");
        Assert.That(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - events[0].Double(1), Is.InRange(-1, 60));
    }

    [TestCase(0)]
    [TestCase(-0.5)]
    [TestCase(1e30)]
    public void A_number_comes_back(double number)
    {
        var value = Single(sheet => sheet.Number("pretrain/loss", number));
        Assert.That(value.Text(1), Is.EqualTo("pretrain/loss"));
        Assert.That(value.Float(2), Is.EqualTo((float)number));
    }

    [TestCase(new[] { 0.5 }, new[] { 1.0 })]
    [TestCase(new[] { 2.0, 2, 2 }, new[] { 3.0 })]
    public void Values_that_are_all_the_same_are_one_bucket(double[] values, double[] buckets) =>
        Assert.That(Single(sheet => sheet.Histogram("h", values)).Message(5).Packed(7), Is.EqualTo(buckets));

    [Test]
    public void Every_value_is_in_the_bucket_whose_limits_it_lies_between()
    {
        double[] values = [.. Enumerable.Range(0, 500).Select(i => Math.Sin(i) * i)];
        var histogram = Single(sheet => sheet.Histogram("h", values)).Message(5);
        var (limits, buckets) = (histogram.Packed(6), histogram.Packed(7));
        Assert.That(limits, Is.Ordered.Ascending);
        for (var i = 0; i < buckets.Length; i++)
        {
            var (above, upTo) = (i == 0 ? double.NegativeInfinity : limits[i - 1], i == limits.Length - 1 ? double.PositiveInfinity : limits[i]);
            Assert.That(buckets[i], Is.EqualTo(values.Count(value => value >= above && value < upTo)).Within(1), $"bucket {i}");
        }

        Assert.That(histogram.Double(1), Is.EqualTo(values.Min()));
        Assert.That(histogram.Double(2), Is.EqualTo(values.Max()));
        Assert.That(histogram.Double(3), Is.EqualTo(500));
        Assert.That(buckets.Sum(), Is.EqualTo(500));
        Assert.That(histogram.Double(4), Is.EqualTo(values.Sum()).Within(1e-9));
        Assert.That(histogram.Double(5), Is.EqualTo(values.Sum(value => value * value)).Within(1e-6));
    }

    [Test]
    public void No_values_are_no_histogram()
    {
        var sheet = new EventSheet();
        sheet.Histogram("h", []);
        Assert.That(sheet.Summary.Values, Is.Empty);
    }

    [Test]
    public void Files_of_one_second_are_read_in_the_order_in_which_they_came()
    {
        using var folder = new TemporaryFolder();
        for (var step = 1; step <= 3; step++)
        {
            EventFile.Begin(folder.Path, step).Dispose();
        }

        Assert.That(EventReader.Files(folder.Path).Select(file => EventReader.Read(file)[1].Whole(2)), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void What_was_written_is_there_before_the_file_is_closed()
    {
        using var folder = new TemporaryFolder();
        using var file = EventFile.Begin(folder.Path, 1);
        file.Append(1, new EventSheet().Summary);
        Assert.That(EventReader.Read(EventReader.Files(folder.Path).Single()), Has.Count.EqualTo(3));
    }

    /// <summary>The check value of CRC-32C's published catalogue, so that reader and writer cannot be wrong alike.</summary>
    [Test]
    public void The_checksum_is_that_of_the_catalogue()
    {
        using var stream = new MemoryStream();
        RecordFraming.Write(stream, "123456789"u8);
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(stream.ToArray().AsSpan(^4..)),
            Is.EqualTo(unchecked(((0xE3069283u >> 15) | (0xE3069283u << 17)) + 0xa282ead8u)));
    }

    private static WireFields Single(Action<EventSheet> fill)
    {
        using var folder = new TemporaryFolder();
        using (var file = EventFile.Begin(folder.Path, 1))
        {
            var sheet = new EventSheet();
            fill(sheet);
            file.Append(3, sheet.Summary);
        }

        var (step, _, value) = EventReader.Values(EventReader.Files(folder.Path).Single()).Single();
        Assert.That(step, Is.EqualTo(3));
        return value;
    }
}
