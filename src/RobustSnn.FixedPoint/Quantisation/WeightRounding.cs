using System.Numerics.Tensors;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>A layer's weights and biases as integers.</summary>
/// <param name="NearestError">As <see cref="QuantisedLayer.NearestError"/>.</param>
/// <param name="Error">As <see cref="QuantisedLayer.Error"/>.</param>
internal sealed record RoundedLayer(short[] Weights, int[] Bias, double? NearestError, double? Error);

/// <summary>
/// Rounds a layer's weights at given scales: to the nearest, or, where there are samples of what the layer reads, up or down so that the mean squared
/// error of its currents on them is smallest.
/// </summary>
internal sealed class WeightRounding(RealLayer layer, double[] scales, int bits)
{
    private const double Nothing = 1e-9; // of an error: less than that is no gain
    private const int MostSweeps = 16;

    private readonly short[] weights = new short[layer.Weights.Length];
    private readonly int[] bias = new int[layer.Bias.Length];
    private readonly int largest = IntegerWeights.Largest(bits);

    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public RoundedLayer Round(LayerSamples? samples, CancellationToken cancellation)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (short)Math.Clamp(Rounding.Nearest(Target(i)), -largest, largest);
        }

        for (var output = 0; output < bias.Length; output++)
        {
            bias[output] = Rounding.Nearest(layer.Bias[output] * scales[output]);
        }

        return samples is null ? new RoundedLayer(weights, bias, null, null) : Calibrate(samples, cancellation);
    }

    private double Target(int weight) => layer.Weights[weight] * scales[layer.IndexOf(weight) / layer.Fan];

    private RoundedLayer Calibrate(LayerSamples samples, CancellationToken cancellation)
    {
        var columns = new Column?[layer.Fan]; // of inputs that a weight reads
        for (var i = 0; i < weights.Length; i++)
        {
            columns[layer.IndexOf(i) % layer.Fan] ??= Column.Of(samples, layer.IndexOf(i) % layer.Fan);
        }

        var starts = new int[bias.Length + 1];
        for (var i = 0; i < weights.Length; i++)
        {
            starts[layer.IndexOf(i) / layer.Fan + 1] = i + 1;
        }

        for (var output = 1; output < starts.Length; output++)
        {
            starts[output] = Math.Max(starts[output], starts[output - 1]);
        }

        var errors = new ChannelError[bias.Length];
        Parallel.For(0, bias.Length, new ParallelOptions { CancellationToken = cancellation },
            output => errors[output] = Calibrate(output, starts[output], starts[output + 1], columns, samples.Count));
        var power = errors.Sum(error => error.Power);
        return new RoundedLayer(weights, bias, Relative(error => error.Nearest), Relative(error => error.Calibrated));

        double Relative(Func<ChannelError, double> of) => power > 0 ? Math.Sqrt(errors.Sum(of) / power) : 0;
    }

    /// <summary>
    /// Coordinate descent from the nearest: a weight goes to its other side where that makes the error smaller, until none does. The bias then takes the
    /// error's mean. Second moments of so many connections, of no more samples than there are, are drawn towards those of inputs that have nothing to do
    /// with each other, the more the fewer samples there are: otherwise the samples would be learned by heart.
    /// </summary>
    private ChannelError Calibrate(int output, int start, int end, Column?[] columns, int count)
    {
        var residual = new float[count];
        var current = new float[count];
        var (mean, currentMean) = (0.0, layer.Bias[output] * scales[output]);
        for (var i = start; i < end; i++)
        {
            var column = columns[layer.IndexOf(i) % layer.Fan]!;
            TensorPrimitives.MultiplyAdd(column.Centred, (float)(weights[i] - Target(i)), residual, residual);
            TensorPrimitives.MultiplyAdd(column.Centred, (float)Target(i), current, current);
            mean += (weights[i] - Target(i)) * column.Mean;
            currentMean += Target(i) * column.Mean;
        }

        var exact = layer.Bias[output] * scales[output];
        var spread = TensorPrimitives.SumOfSquares<float>(residual) / count;
        var nearest = spread + Square(bias[output] - exact + mean);
        short[] first = weights[start..end];
        bias[output] = Rounding.Nearest(exact - mean);
        var withBias = spread + Square(bias[output] - exact + mean);
        var firstBias = bias[output];

        Descend(start, end, columns, residual);
        residual.AsSpan().Clear(); // anew, because what was added to it step by step was rounded as often
        mean = 0;
        for (var i = start; i < end; i++)
        {
            var column = columns[layer.IndexOf(i) % layer.Fan]!;
            TensorPrimitives.MultiplyAdd(column.Centred, (float)(weights[i] - Target(i)), residual, residual);
            mean += (weights[i] - Target(i)) * column.Mean;
        }

        bias[output] = Rounding.Nearest(exact - mean);
        var calibrated = TensorPrimitives.SumOfSquares<float>(residual) / count + Square(bias[output] - exact + mean);
        if (calibrated > withBias)
        {
            first.CopyTo(weights, start);
            (bias[output], calibrated) = (firstBias, withBias);
        }

        var unit = 1 / Square(scales[output]);
        return new ChannelError(
            nearest * unit, calibrated * unit, (TensorPrimitives.SumOfSquares<float>(current) / count + Square(currentMean)) * unit);
    }

    private void Descend(int start, int end, Column?[] columns, float[] residual)
    {
        var alone = (double)(end - start) / (end - start + residual.Length); // the share of second moments that is taken for independent
        for (var (sweep, turned) = (0, true); turned && sweep < MostSweeps; sweep++)
        {
            turned = false;
            for (var i = start; i < end; i++)
            {
                var column = columns[layer.IndexOf(i) % layer.Fan]!;
                var error = weights[i] - Target(i);
                var step = error > 0 ? -1 : 1;
                if (Math.Abs(error + step) >= 1 || Math.Abs(weights[i] + step) > largest)
                {
                    continue; // clamped, or whole: there is no other side
                }

                var together = 2 * step * (double)TensorPrimitives.Dot<float>(column.Centred, residual) / residual.Length;
                var gain = (1 - alone) * together + alone * 2 * step * error * column.Variance + column.Variance;
                if (gain < -Nothing * column.Variance)
                {
                    weights[i] += (short)step;
                    TensorPrimitives.MultiplyAdd(column.Centred, (float)step, residual, residual);
                    turned = true;
                }
            }
        }
    }

    private static double Square(double value) => value * value;

    /// <summary>Mean squares of a channel: of errors, and of the currents themselves.</summary>
    private readonly record struct ChannelError(double Nearest, double Calibrated, double Power);

    private sealed record Column(float[] Centred, double Mean, double Variance)
    {
        public static Column Of(LayerSamples samples, int input)
        {
            var (centred, mean) = samples.Centred(input);
            return new Column(centred, mean, TensorPrimitives.SumOfSquares<float>(centred) / samples.Count);
        }
    }
}
