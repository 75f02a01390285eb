using RobustSnn.Engine;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>
/// Samples of what every layer reads of calibration images. It is the network in floats that fires: so one pass serves all layers, and what is wrong in
/// one is not made up for by fitting the next one to inputs that no right network has.
/// </summary>
internal sealed class CalibrationPass
{
    // Of a layer: enough for a few hundred connections of a channel to be told apart.
    private const int Samples = 2048;
    private const int Batch = 16;
    private const ulong Seed = 1;

    private readonly SpikingModel folded;
    private readonly int[] centres;
    private readonly ReadOnlyMemory<float> images;
    private readonly Dictionary<int, LayerSamples> samples = [];
    private readonly Dictionary<int, float[]> fired = []; // of a batch, by node: (step, image, channel, row, column)

    private CalibrationPass(SpikingModel folded, int[] centres, ReadOnlyMemory<float> images) => (this.folded, this.centres, this.images) = (folded, centres, images);

    /// <summary>Samples of every layer, by node.</summary>
    /// <param name="folded">The network in floats.</param>
    /// <param name="centres">Of the pixels.</param>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <exception cref="BadInputException">As <see cref="Plan"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyDictionary<int, LayerSamples> Run(
        SpikingModel folded, int timesteps, IReadOnlyList<NodeValue> values, int[] centres, ReadOnlyMemory<float> images, CancellationToken cancellation)
    {
        var calibration = new CalibrationPass(folded, centres, images);
        calibration.Run(timesteps, values, cancellation);
        return calibration.samples;
    }

    private void Run(int timesteps, IReadOnlyList<NodeValue> values, CancellationToken cancellation)
    {
        var count = images.Length / folded.PixelCount;
        using var plan = new Plan(folded, Math.Min(count, Batch), timesteps, PassMode.Inference);
        for (var start = 0; start < count; start += plan.Batch)
        {
            var inBatch = Math.Min(plan.Batch, count - start);
            plan.Pixels.Upload(images.Span.Slice(start * folded.PixelCount, inBatch * folded.PixelCount));
            plan.ForwardWatching(inBatch, (node, spikes) => fired[node] = spikes.ToHost(inBatch), cancellation);
            for (var node = 0; node < values.Count; node++)
            {
                if (folded.Network.Nodes[node].Operation is { IsConvolution: true } or { IsLinear: true })
                {
                    cancellation.ThrowIfCancellationRequested();
                    var input = folded.Network.Nodes[node].Inputs.Head;
                    Sample(node, input, values[input].IsStatic ? 1 : timesteps, start, inBatch, count);
                }
            }
        }
    }

    /// <summary>As many places of each image, a place being a timestep and a position: one in each of as many equal stretches of them, drawn.</summary>
    private void Sample(int node, int input, int steps, int start, int inBatch, int count)
    {
        var geometry = folded.Geometry(node);
        var positions = geometry.OutputRows * geometry.OutputColumns;
        var places = steps * positions;
        var perImage = Math.Min(places, (Samples + count - 1) / count);
        if (!samples.TryGetValue(node, out var layer))
        {
            layer = samples[node] = new LayerSamples(geometry.Inputs * geometry.Taps, count * perImage);
        }

        for (var image = 0; image < inBatch; image++)
        {
            var (map, mapStep) = (Array.Empty<long>(), -1);
            for (var i = 0; i < perImage; i++)
            {
                var sample = (start + image) * perImage + i;
                var drawn = (i + RandomDraws.Uniform(new RandomKey(Seed, (ulong)node), sample)) * places / perImage;
                var (step, position) = Math.DivRem(Math.Min((int)drawn, places - 1), positions);
                if (step != mapStep)
                {
                    (map, mapStep) = (Map(input, start, image, inBatch, step), step);
                }

                Read(geometry, position, map, layer, sample);
            }
        }
    }

    private static void Read(Engine.Layout.ConvolutionGeometry g, int position, long[] map, LayerSamples layer, int sample)
    {
        for (var input = 0; input < g.Inputs * g.Taps; input++)
        {
            var (channel, tap) = Math.DivRem(input, g.Taps);
            var row = position / g.OutputColumns * g.StrideRows + tap / g.KernelColumns - g.Padding;
            var column = position % g.OutputColumns * g.StrideColumns + tap % g.KernelColumns - g.Padding;
            if (row >= 0 && row < g.InputRows && column >= 0 && column < g.InputColumns)
            {
                layer.Of(input)[sample] = (short)map[(channel * g.InputRows + row) * g.InputColumns + column];
            }
        }
    }

    /// <summary>What a node gives of an image of the batch at a timestep.</summary>
    private long[] Map(int node, int start, int image, int inBatch, int step)
    {
        var its = folded.Network.Nodes[node];
        var size = folded.Shapes[node].Count;
        if (its.Operation.IsNormalise)
        {
            var pixels = images.Span.Slice((start + image) * size, size);
            var map = new long[size];
            for (var i = 0; i < size; i++)
            {
                map[i] = Pixel.Of(pixels[i]) - centres[i / (size / centres.Length)];
            }

            return map;
        }

        return its.Operation.IsNeuron
            ? Array.ConvertAll(fired[node][((step * inBatch + image) * size)..((step * inBatch + image + 1) * size)], spike => (long)spike)
            : Windows.Take(its.Operation, folded.Shapes[its.Inputs.Head], folded.Shapes[node], Map(its.Inputs.Head, start, image, inBatch, step));
    }
}
