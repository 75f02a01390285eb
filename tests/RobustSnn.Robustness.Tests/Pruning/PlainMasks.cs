namespace RobustSnn.Robustness.Tests.Pruning;

/// <summary>
/// METHODS 5 in double and in plain loops, for a network of two linear layers with ReLU between, natural loss: what
/// <see cref="LearnedMasksTests"/> holds the engine's learned masks against.
/// </summary>
/// <param name="growth">γ_0 of learned shares; null where every layer keeps the same share.</param>
internal sealed class PlainMasks(double[][] weights, int[] fanIn, double sparsity, double? growth)
{
    private readonly double[][] scoreVelocity = [.. weights.Select(layer => new double[layer.Length])];
    private readonly double[] rateVelocity = new double[weights.Length];
    private readonly double least = 0.1 * (1 - sparsity);
    private double penalty;

    public double[][] Scores { get; } = [.. weights.Select((layer, l) =>
        layer.Select(w => Math.Sqrt(6.0 / fanIn[l]) * w / layer.Max(Math.Abs)).ToArray())];

    /// <summary>r, so that k is 1 − κ at first.</summary>
    public double[] Rates { get; } = [.. weights.Select(_ =>
    {
        var sigmoid = 0.9 * (1 - sparsity) / (1 - 0.1 * (1 - sparsity));
        return -Math.Log(1 / sigmoid - 1);
    })];

    public int[] Kept => [.. weights.Select((layer, l) => growth is null
        ? layer.Length - (int)Math.Round(sparsity * layer.Length)
        : Math.Clamp((int)Math.Round(Share(l) * layer.Length), 1, layer.Length))];

    /// <summary>Which weights the scores keep.</summary>
    public bool[][] Masks()
    {
        var kept = Kept;
        return [.. Scores.Select((layer, l) =>
        {
            var mask = new bool[layer.Length];
            foreach (var i in Enumerable.Range(0, layer.Length).OrderByDescending(i => Math.Abs(layer[i])).Take(kept[l]))
            {
                mask[i] = true;
            }

            return mask;
        })];
    }

    public void BeginEpoch(int epoch)
    {
        var target = weights.Sum(layer => layer.Length) - (int)Math.Round(sparsity * weights.Sum(layer => layer.Length));
        if (growth is { } step && (epoch == 0 || Kept.Sum() > target + weights.Length))
        {
            penalty = (epoch + 1) * step;
        }
    }

    /// <summary>One step of SGD on mean cross-entropy of normalised inputs (sample, input).</summary>
    public void Step(double[][] inputs, int[] labels, double learningRate, double momentum, double decay)
    {
        var masks = Masks();
        double[][] masked = [.. weights.Select((layer, l) => layer.Select((w, i) => masks[l][i] ? w : 0).ToArray())];
        var gradients = MaskedGradients(masked, inputs, labels);
        double total = weights.Sum(layer => layer.Length);
        var isAbove = weights.Select((layer, l) => Share(l) * layer.Length).Sum() > (1 - sparsity) * total + 0.5;
        for (var l = 0; l < weights.Length; l++)
        {
            var sum = 0.0;
            for (var i = 0; i < weights[l].Length; i++)
            {
                var gradient = gradients[l][i] * weights[l][i];
                sum += gradient;
                scoreVelocity[l][i] = momentum * scoreVelocity[l][i] + gradient + decay * Scores[l][i];
                Scores[l][i] -= learningRate * scoreVelocity[l][i];
            }

            if (growth is not null)
            {
                var ofShare = sum + (isAbove ? penalty * weights[l].Length / total / (1 - sparsity) : 0);
                var sigmoid = Sigmoid(Rates[l]);
                rateVelocity[l] = momentum * rateVelocity[l] + ofShare * (1 - least) * sigmoid * (1 - sigmoid);
                Rates[l] -= learningRate * rateVelocity[l];
            }
        }
    }

    private static double Sigmoid(double r) => 1 / (1 + Math.Exp(-r));

    private double Share(int l) => (1 - least) * Sigmoid(Rates[l]) + least;

    /// <summary>dL/d(masked weight) of both layers, for weights that are kept and for those that are not.</summary>
    private static double[][] MaskedGradients(double[][] w, double[][] inputs, int[] labels)
    {
        var n = inputs[0].Length;
        var hidden = w[0].Length / n;
        var classes = w[1].Length / hidden;
        double[][] gradients = [new double[w[0].Length], new double[w[1].Length]];
        for (var b = 0; b < inputs.Length; b++)
        {
            var x = inputs[b];
            double[] sums = [.. Enumerable.Range(0, hidden).Select(j => Enumerable.Range(0, n).Sum(i => w[0][j * n + i] * x[i]))];
            double[] active = [.. sums.Select(sum => Math.Max(sum, 0))];
            double[] logits = [.. Enumerable.Range(0, classes).Select(k => Enumerable.Range(0, hidden).Sum(j => w[1][k * hidden + j] * active[j]))];
            var partition = logits.Sum(Math.Exp);
            var back = new double[hidden];
            for (var k = 0; k < classes; k++)
            {
                var gradient = (Math.Exp(logits[k]) / partition - (k == labels[b] ? 1 : 0)) / inputs.Length;
                for (var j = 0; j < hidden; j++)
                {
                    gradients[1][k * hidden + j] += gradient * active[j];
                    back[j] += gradient * w[1][k * hidden + j];
                }
            }

            for (var j = 0; j < hidden; j++)
            {
                for (var i = 0; sums[j] > 0 && i < n; i++)
                {
                    gradients[0][j * n + i] += back[j] * x[i];
                }
            }
        }

        return gradients;
    }
}
