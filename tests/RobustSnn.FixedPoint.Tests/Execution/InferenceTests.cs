using System.Collections.Concurrent;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Execution;

/// <summary>Whatever the width of the vectors, the threads and the batch: the logits' bits and the spikes of the reference.</summary>
[Category("OtherProcessors")]
public sealed class InferenceTests
{
    private const int Images = 5;

    /// <summary>The slow way, once a network.</summary>
    private static readonly ConcurrentDictionary<DrawnLike, Lazy<(float[] Logits, long[] Spikes)>> References = [];

    private static IEnumerable<TestCaseData> Cases()
    {
        DrawnLike[] likes =
        [
            new("vggmini", 8, 8, 8, 0.3, Reset.Hard, 1),
            new("vggmini", 16, 4, 10, 0.1, Reset.Soft, 1),
            new("vggmini", 16, 10, 6, 1, Reset.Hard, 1),
            new("vggmini", 8, 17, 12, 0.5, Reset.Soft, 0.75),
            new("vggmini", 8, 8, 16, 0.5, Reset.Hard, 0.5),
            new("vggmini", 32, 1, 4, 0.05, Reset.Hard, 1),
            new("vggmini", 16, 8, 2, 1, Reset.Soft, 1),
            new("vggsmall", 16, 8, 10, 0.1, Reset.Hard, 1),
            new("vggsmall", 8, 9, 14, 0.3, Reset.Soft, 1),
            new("resnet20", 8, 8, 6, 0.3, Reset.Hard, 1),
            new("resnet20", 16, 3, 4, 0.1, Reset.Soft, 0.875),
            new("wrnmini", 8, 8, 4, 0.3, Reset.Hard, 1),
            new("wrnmini", 16, 10, 6, 0.2, Reset.Soft, 1),
        ];
        foreach (var like in likes)
            foreach (var width in VectorWidths.Available)
                foreach (var (threads, batch) in new[] { (1, 1), (2, 3), (3, 5), (1, 8) })
                {
                    yield return new TestCaseData(like, width, threads, batch).SetArgDisplayNames($"{like}", $"{width}", $"{threads} threads", $"batch {batch}");
                }
    }

    [TestCaseSource(nameof(Cases))]
    public void Computes_what_the_reference_does(object drawn, VectorWidth width, int threads, int batch)
    {
        var like = (DrawnLike)drawn;
        var network = DrawnNetworks.Draw(like, 7);
        var images = DrawnNetworks.Images(network, Images, 11);
        var (expected, spikes) = References.GetOrAdd(like, _ => new(() => Reference(network, images))).Value;
        using var inference = new FixedPointInference(network, batch, threads, width);
        var logits = new float[Images * DrawnNetworks.Classes];
        var counted = new long[inference.Layers.Count];
        inference.Run(images, logits, counted);
        Assert.Multiple(() =>
        {
            Assert.That(counted, Is.EqualTo(spikes), "spikes");
            Assert.That(Array.ConvertAll(logits, BitConverter.SingleToInt32Bits), Is.EqualTo(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits)), "logits");
            Assert.That(spikes, Is.All.GreaterThan(0), "a network that is silent shows nothing");
        });
    }

    /// <summary>Layers of any shape: kernels and pools that reach beyond the edge, strides that leave something over, outputs without a connection.</summary>
    [Test]
    public void Computes_any_network([Range(1, 120)] int seed)
    {
        var (description, like) = RandomNetworks.Draw(seed);
        var network = DrawnNetworks.Draw(description, like, seed);
        var images = DrawnNetworks.Images(network, Images, seed);
        var (expected, spikes) = Reference(network, images);
        Assert.Multiple(() =>
        {
            foreach (var width in VectorWidths.Available)
            {
                using var inference = new FixedPointInference(network, 1 + seed % 7, 1 + seed % 3, width);
                var logits = new float[expected.Length];
                var counted = new long[inference.Layers.Count];
                foreach (var _ in Enumerable.Range(0, 2))
                {
                    inference.Run(images, logits, counted);
                    Assert.That(counted, Is.EqualTo(spikes), $"spikes, {width}: {Describe(description)}; {like}");
                    Assert.That(Array.ConvertAll(logits, BitConverter.SingleToInt32Bits), Is.EqualTo(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits)),
                        $"logits, {width}: {Describe(description)}; {like}");
                }
            }
        });
    }

    private static string Describe(Network network) =>
        $"{network.Input}: {string.Join(", ", network.Nodes.Select(node => $"{node.Operation}".ReplaceLineEndings(" ")))}";

    private static (float[] Logits, long[] Spikes) Reference(FixedPointNetwork network, float[] images)
    {
        int[] neurons = [.. Graph.neurons(network.Network)];
        var logits = new List<float>();
        var spikes = new long[neurons.Length];
        var reference = new ReferenceInference(network);
        foreach (var image in images.Chunk(network.Network.Input.Count))
        {
            logits.AddRange(reference.Run(image));
            for (var layer = 0; layer < neurons.Length; layer++)
            {
                spikes[layer] += reference.Value(neurons[layer]).Sum(step => step.Sum());
            }
        }

        return ([.. logits], spikes);
    }
}
