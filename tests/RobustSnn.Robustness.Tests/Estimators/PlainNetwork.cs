using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Tests.Estimators;

/// <summary>
/// A spiking network of two layers of neurons, and gradients of its images by plain loops in double: a convolution 2 × 2 whose currents are the
/// same at every step, and a linear layer behind it, each with or without BatchNorm before its neurons.
/// </summary>
internal sealed class PlainNetwork
{
    public const int Classes = 3;

    private const int Channels = 4;
    private const int Units = 6;
    private const int Kernel = 2;
    private const double Deviation = 0.25;
    private const double Mean = 0.4;

    private readonly SpikingModel model;
    private readonly NeuronModel neurons;
    private readonly bool isNormalised;
    private readonly int timesteps;

    public PlainNetwork(IBackend backend, NeuronModel neurons, bool isNormalised, Thresholds thresholds, int timesteps)
    {
        this.neurons = neurons;
        this.isNormalised = isNormalised;
        this.timesteps = timesteps;
        var fire = Operation.NewNeuron(thresholds);
        (string Name, Operation Operation)[] layers =
        [
            ("image", Operation.NewNormalise([Mean, Mean], [Deviation, Deviation])),
            ("conv", Operation.NewConvolution(new Convolution(Channels, Kernel, 1, 0, true))),
            .. isNormalised ? [("conv-norm", Operation.BatchNorm)] : Array.Empty<(string, Operation)>(),
            ("conv-fire", fire),
            ("linear", Operation.NewLinear(Units, true)),
            .. isNormalised ? [("linear-norm", Operation.BatchNorm)] : Array.Empty<(string, Operation)>(),
            ("linear-fire", fire),
            ("head", Operation.NewLinear(Classes, true)),
        ];
        Network = new Network("plain", Image, Classes, neurons,
            [.. layers.Select((layer, i) => new Node(layer.Name, layer.Operation, i == 0 ? [] : [i - 1]))]);
        model = new SpikingModel(Network, backend);
        var random = new Random(5);
        foreach (var parameter in model.Parameters.All)
        {
            var name = parameter.Name;
            var (low, high) = name.EndsWith("v_th", StringComparison.Ordinal) ? (0.3, 0.7)
                : name.EndsWith("running_var", StringComparison.Ordinal) ? (0.5, 2)
                : name.EndsWith("norm.weight", StringComparison.Ordinal) ? (0.5, 1.5)
                : name.EndsWith("bias", StringComparison.Ordinal) ? (0, 0.5) : (-0.6, 0.7);
            parameter.Value.Upload([.. Enumerable.Range(0, checked((int)parameter.Value.Length)).Select(_ => (float)(low + (high - low) * random.NextDouble()))]);
        }
    }

    public static Shape Image { get; } = new(2, 3, 3);

    public Network Network { get; }

    public SpikingModel Model => model;

    /// <summary>dL/dpixels of cross-entropy for one image.</summary>
    /// <param name="back">Of a layer: membranes before the reset (step, neuron), currents, spikes' gradient, thresholds of the neurons, neurons of a
    /// channel. Gives the currents' gradient (step, neuron).</param>
    public double[] Gradient(float[] image, int label, Func<Layer, double[][], double[][]> back)
    {
        var (side, kernels, map) = (Image.Rows, Kernel * Kernel, (Image.Rows - 1) * (Image.Columns - 1));
        var (conv, linear, head) = (Values("conv.weight"), Values("linear.weight"), Values("head.weight"));
        var (convBias, linearBias, headBias) = (Values("conv.bias"), Values("linear.bias"), Values("head.bias"));
        var x = Array.ConvertAll(image, pixel => (pixel - Mean) / Deviation);

        var still = new double[Channels * map];
        for (var c = 0; c < Channels; c++)
        {
            for (var at = 0; at < map; at++)
            {
                still[c * map + at] = convBias[c];
                ForTaps(c, at, (weight, pixel) => still[c * map + at] += conv[weight] * x[pixel]);
            }
        }

        var first = Fire("conv", [.. Enumerable.Repeat(Normalised("conv", still, map), timesteps)], map);
        var second = Fire("linear", [.. first.Spikes.Select(spikes => Normalised("linear", Times(linear, linearBias, spikes), 1))], 1);
        var logits = new double[Classes];
        foreach (var spikes in second.Spikes)
        {
            var scores = Times(head, headBias, spikes);
            for (var k = 0; k < Classes; k++)
            {
                logits[k] += scores[k] / timesteps;
            }
        }

        var shares = logits.Select(Math.Exp).ToArray();
        var dLogits = shares.Select((share, k) => (share / shares.Sum() - (k == label ? 1 : 0)) / timesteps).ToArray();
        var dSecond = back(second, [.. second.Spikes.Select(_ => Back(head, dLogits, Units))]);
        var dFirst = back(first, [.. dSecond.Select(d => Back(linear, Normalised("linear", d, 1, isGradient: true), Channels * map))]);
        var dStill = Normalised("conv", [.. Enumerable.Range(0, Channels * map).Select(i => dFirst.Sum(d => d[i]))], map, isGradient: true);
        var dx = new double[image.Length];
        for (var c = 0; c < Channels; c++)
        {
            for (var at = 0; at < map; at++)
            {
                ForTaps(c, at, (weight, pixel) => dx[pixel] += dStill[c * map + at] * conv[weight] / Deviation);
            }
        }

        return dx;

        void ForTaps(int channel, int at, Action<int, int> use)
        {
            for (var from = 0; from < Image.Channels; from++)
            {
                for (var tap = 0; tap < kernels; tap++)
                {
                    use((channel * Image.Channels + from) * kernels + tap,
                        (from * side + at / (side - 1) + tap / Kernel) * side + at % (side - 1) + tap % Kernel);
                }
            }
        }
    }

    private Layer Fire(string name, double[][] currents, int map)
    {
        var thresholds = Values($"{name}-fire.v_th");
        double[] v = [.. currents[0].Select((_, i) => thresholds[thresholds.Length == 1 ? 0 : i / map])];
        var membranes = new double[timesteps][];
        var spikes = new double[timesteps][];
        var after = new double[v.Length];
        for (var t = 0; t < timesteps; t++)
        {
            membranes[t] = [.. currents[t].Select((current, i) => neurons.Leak * after[i] + current)];
            spikes[t] = [.. membranes[t].Select((u, i) => u >= v[i] ? 1.0 : 0)];
            var (u, s) = (membranes[t], spikes[t]);
            after = [.. u.Select((each, i) => neurons.Reset.IsHard ? (s[i] == 1 ? 0 : each) : each - s[i] * v[i])];
        }

        return new Layer(currents, membranes, spikes, v, map);
    }

    private double[] Normalised(string name, double[] values, int map, bool isGradient = false)
    {
        if (!isNormalised)
        {
            return values;
        }

        var (scale, shift) = (Values($"{name}-norm.weight"), Values($"{name}-norm.bias"));
        var (mean, variance) = (Values($"{name}-norm.running_mean"), Values($"{name}-norm.running_var"));
        return [.. values.Select((value, i) => (Factor: scale[i / map] / Math.Sqrt(variance[i / map] + 1e-5), value, i / map))
            .Select(each => isGradient ? each.Factor * each.value : each.Factor * (each.value - mean[each.Item3]) + shift[each.Item3])];
    }

    private double[] Values(string name) => Array.ConvertAll(model.Parameters[name].Value.ToArray(), value => (double)value);

    private static double[] Times(double[] weights, double[] bias, double[] input) =>
        [.. bias.Select((b, j) => b + input.Select((value, i) => weights[j * input.Length + i] * value).Sum())];

    private static double[] Back(double[] weights, double[] gradient, int inputs) =>
        [.. Enumerable.Range(0, inputs).Select(i => gradient.Select((d, j) => weights[j * inputs + i] * d).Sum())];

    /// <summary>A layer of neurons after its pass: (step, neuron), neurons channel by channel.</summary>
    /// <param name="Thresholds">One a neuron.</param>
    /// <param name="Map">Neurons of a channel.</param>
    public sealed record Layer(double[][] Currents, double[][] Membranes, double[][] Spikes, double[] Thresholds, int Map);
}
