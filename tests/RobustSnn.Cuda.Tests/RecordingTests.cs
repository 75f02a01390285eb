using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Cuda.Tests;

/// <summary>Operations that are recorded and replayed as one launch.</summary>
public static class RecordingTests
{
    private static readonly ActivationShape Shape = new(3, 4, 4, 1, new LaneLayout(5, 4, 5));

    private static IBackend backend = null!;
    private static Random random = null!;

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [SetUp]
    public static void Open()
    {
        backend = CudaDevices.Open();
        random = new Random(5);
    }

    [TearDown]
    public static void Close() => backend.Dispose();

    [Test]
    public static void A_replay_does_what_the_operations_do()
    {
        var (input, hidden, output) = (Drawn(), New(), New());
        var coefficients = Drawn(2);
        var sum = backend.Allocate(1, ElementType.Float64);
        void Run()
        {
            backend.Relu(input, hidden, 5);
            backend.WeightedSum(hidden, input, coefficients, output, 5);
            backend.Blend(input.Buffer, 0.5f, 0.25f, output.Buffer);
            backend.Sum(output, sum, 0, 5);
        }

        var start = input.Buffer.ToArray();
        List<(float[] Output, double Sum)> Results(Action again) =>
            [.. Enumerable.Range(0, 3).Select(i =>
            {
                again();
                var total = new double[1];
                sum.DownloadAs<double>(total);
                return (output.ToHost(5), total[0]);
            })];

        var expected = Results(Run);
        input.Buffer.Upload(start);
        using var recording = backend.Record(Run); // it runs once
        input.Buffer.Upload(start);
        Assert.That(Results(recording.Replay), Is.EqualTo(expected));
    }

    [Test]
    public static void What_its_buffers_hold_now_counts()
    {
        var (first, second, output) = (Drawn(), Drawn(), New());
        var coefficients = backend.Allocate(2);
        coefficients.Upload([1, 0]);
        using var recording = backend.Record(() => backend.WeightedSum(first, second, coefficients, output, 5));
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(first.ToHost(5)));

        coefficients.Upload([0, 1]);
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(second.ToHost(5)));
    }

    [TestCase(1)]
    [TestCase(0.2)]
    public static void Weights_that_changed_between_replays_count(double density)
    {
        var geometry = ConvolutionGeometry.Convolution(3, 4, 4, 2, 3, 1, 1);
        var pattern = density == 1 ? null : SparsityPattern.OfMask([.. Enumerable.Range(0, geometry.WeightCount).Select(_ => random.NextDouble() < density ? 1f : 0)]);
        var weights = Drawn(pattern?.Count ?? geometry.WeightCount);
        using var connection = backend.Connect(geometry, weights, pattern);
        var (input, output) = (Drawn(), New(Shape with { Channels = 2 }));
        using var recording = backend.Record(() => backend.Convolve(connection, null, input, output, 5));
        recording.Replay();
        var before = output.ToHost(5);

        backend.Blend(weights, 2, 0, weights); // an operation changes them
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(before.Select(value => 2 * value)));

        weights.Upload([.. weights.ToArray().Select(value => value / 4)]); // an upload
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(before.Select(value => value / 2)));
    }

    /// <summary>A recording that changes weights and then convolves with them uses the changed ones.</summary>
    [Test]
    public static void Weights_that_a_replay_changes_count_from_there_on()
    {
        var geometry = ConvolutionGeometry.Convolution(3, 4, 4, 2, 3, 1, 1);
        var weights = Drawn(geometry.WeightCount);
        using var connection = backend.Connect(geometry, weights);
        var (input, output) = (Drawn(), New(Shape with { Channels = 2 }));
        using var recording = backend.Record(() =>
        {
            backend.Convolve(connection, null, input, output, 5);
            backend.Blend(weights, 2, 0, weights);
        });
        var first = output.ToHost(5);
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(first.Select(value => 2 * value)));
        recording.Replay();
        Assert.That(output.ToHost(5), Is.EqualTo(first.Select(value => 4 * value)));
    }

    [Test]
    public static void Every_replay_changes_the_versions_of_what_it_writes()
    {
        var (target, source) = (Drawn(8), Drawn(8));
        using var recording = backend.Record(() => backend.Blend(target, 1, 1, source));
        for (var i = 0; i < 3; i++)
        {
            var before = (target.Version, source.Version);
            recording.Replay();
            Assert.That(target.Version, Is.GreaterThan(before.Item1));
            Assert.That(source.Version, Is.EqualTo(before.Item2));
        }
    }

    /// <summary>What the recording worked in has been given back by then.</summary>
    [Test]
    public static void Scratch_that_has_grown_since_is_used_where_it_is_now()
    {
        var values = Drawn();
        var sum = backend.Allocate(1, ElementType.Float64);
        using var recording = backend.Record(() => backend.Sum(values, sum, 0, 5));
        recording.Replay();
        var expected = backend.Sum(values, 5);
        var taken = backend.LiveBytes;
        backend.KthSmallest(values, 1, 5);
        Assert.That(backend.LiveBytes, Is.GreaterThan(taken), "the selection needs more scratch memory than the sum");

        var value = new double[1];
        sum.UploadAs<double>(value); // 0
        recording.Replay();
        sum.DownloadAs<double>(value);
        Assert.That(value[0], Is.EqualTo(expected));
    }

    [Test]
    public static void Memory_asked_for_in_a_capture_is_refused_and_nothing_else_suffers()
    {
        var target = Drawn(8);
        using (var recording = backend.Record(() => backend.Allocate(16)))
        {
            Assert.That(recording.Replay, Throws.InvalidOperationException.With.Message.Contains("memory was asked for"));
        }

        AssertWorks(target);
    }

    [Test]
    public static void Host_memory_is_not_copied_in_a_capture([Values] bool isUpload)
    {
        var target = Drawn(8);
        var host = new float[8];
        using (var recording = backend.Record(() =>
        {
            if (isUpload)
                target.Upload(host);
            else
                target.Download(host);
        }))
        {
            Assert.That(recording.Replay, Throws.InvalidOperationException.With.Message.Contains("host memory"));
        }

        AssertWorks(target);
    }

    [Test]
    public static void Random_draws_are_those_of_the_recording()
    {
        var target = backend.Allocate(100);
        using var recording = backend.Record(() => backend.RandomFill(target, 100, RandomKind.Normal, new RandomKey(1, 2)));
        var expected = target.ToArray();
        backend.Fill(target, 0);
        recording.Replay();
        Assert.That(target.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public static void Two_recordings_are_replayed_in_the_order_of_the_calls()
    {
        var target = backend.Allocate(1);
        var one = backend.Allocate(1);
        backend.Fill(one, 1);
        using var adds = backend.Record(() => backend.Blend(target, 1, 1, one));
        using var doubles = backend.Record(() => backend.Blend(target, 2, 0, one));
        backend.Fill(target, 1);
        foreach (var recording in new[] { adds, doubles, doubles, adds, doubles })
            recording.Replay();
        Assert.That(target.ToArray(), Is.EqualTo(new[] { ((1 + 1) * 2 * 2 + 1) * 2 }));
    }

    private static void AssertWorks(DeviceBuffer target)
    {
        backend.Fill(target, 3);
        using var recording = backend.Record(() => backend.Blend(target, 2, 0, target));
        recording.Replay();
        Assert.That(target.ToArray(), Is.All.EqualTo(12));
    }

    private static Activation New(ActivationShape? shape = null) => new(shape ?? Shape, backend.Allocate((shape ?? Shape).Length));

    private static Activation Drawn()
    {
        var activation = New();
        activation.FromHost([.. Enumerable.Range(0, Shape.Lanes.Steps * 5 * Shape.Count).Select(_ => Draw())], 5);
        return activation;
    }

    private static DeviceBuffer Drawn(int length)
    {
        var buffer = backend.Allocate(length);
        buffer.Upload([.. Enumerable.Range(0, length).Select(_ => Draw())]);
        return buffer;
    }

    private static float Draw() => random.NextSingle() * 2.5f - 1;
}
