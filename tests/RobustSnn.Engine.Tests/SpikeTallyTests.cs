using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Reference;

namespace RobustSnn.Engine.Tests;

/// <summary>Tallies of spikes in every layout, beside the values one by one. What is spare or lies in borders is random, too.</summary>
public sealed class SpikeTallyTests
{
    private static readonly LaneLayout[] Layouts =
    [
        LaneLayout.ByImage(3, 4), LaneLayout.ByImage(2, 8), LaneLayout.ByImage(2, 11), LaneLayout.Choose(1, 1), LaneLayout.Choose(5, 2),
        LaneLayout.Choose(19, 5), LaneLayout.Choose(33, 2),
    ];

    [TestCaseSource(nameof(Layouts))]
    public void Bits_are_counted(LaneLayout lanes) => AssertCounted(new ActivationShape(3, 2, 5, 1, lanes, Storage.Bits));

    [TestCaseSource(nameof(Layouts))]
    public void Floats_are_counted(LaneLayout lanes) => AssertCounted(new ActivationShape(3, 2, 5, 2, lanes));

    [Test]
    public void Another_shape_is_refused()
    {
        using var spikes = Random(new ActivationShape(3, 2, 5, 0, LaneLayout.ByImage(1, 4)), 1);
        Assert.That(() => new SpikeTally(3, 5, 2).Add(spikes.Activation, 1), Throws.ArgumentException.With.Message.Contains("3 × 5 × 2"));
    }

    /// <summary>Over two passes with every number of samples.</summary>
    private static void AssertCounted(ActivationShape shape)
    {
        for (var samples = 1; samples <= shape.Lanes.Batch; samples++)
        {
            var tally = new SpikeTally(shape.Channels, shape.Rows, shape.Columns);
            var expected = new long[shape.Count];
            for (var pass = 0; pass < 2; pass++)
            {
                using var spikes = Random(shape, pass);
                tally.Add(spikes.Activation, samples);
                var values = spikes.Activation.ToHost(samples); // (step, sample, channel, row, column)
                for (var i = 0; i < values.Length; i++)
                {
                    expected[i % expected.Length] += (long)values[i];
                }
            }

            Assert.That(tally.Counts.ToArray(), Is.EqualTo(expected));
            Assert.That(tally.Total, Is.EqualTo(expected.Sum()).And.Positive);
        }
    }

    private static Spikes Random(ActivationShape shape, int seed)
    {
        var random = new Random(seed);
        var buffer = new HostBuffer(shape.Length, shape.ElementType);
        var values = new float[shape.Length];
        if (shape.IsBits)
        {
            random.NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = random.Next(2);
            }
        }

        buffer.Upload(values);
        return new Spikes(new Activation(shape, buffer));
    }

    private sealed record Spikes(Activation Activation) : IDisposable
    {
        public void Dispose() => Activation.Buffer.Dispose();
    }
}
