using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>Folds the values of BatchNorms with running statistics into the layers before them, as <see cref="Folding"/> folds their nodes.</summary>
public static class NormFolding
{
    /// <summary>A copy of the model on the same backend, the caller's to dispose: a pruned weight stays pruned.</summary>
    public static SpikingModel Fold(SpikingModel model)
    {
        var folded = Folding.ofNetwork(model.Network);
        var result = new SpikingModel(folded.Network, model.Backend);
        try
        {
            foreach (var parameter in result.Parameters.All)
            {
                // A bias that only the folded layer has starts as 0.
                if (model.Parameters.Contains(parameter.Name))
                {
                    Copy(model.Parameters[parameter.Name], parameter, result.Parameters);
                }
            }

            foreach (var fold in folded.Folds)
            {
                Fold(model.Parameters, fold.BatchNorm, result.Parameters[fold.Layer + ".weight"], result.Parameters[fold.Layer + ".bias"]);
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>A BatchNorm with running statistics as what it is, factor · x + summand, one of each a channel.</summary>
    /// <param name="norm">The BatchNorm's name.</param>
    /// <exception cref="KeyNotFoundException">There is no BatchNorm of that name.</exception>
    public static (double[] Factors, double[] Summands) Line(ParameterSet norms, string norm)
    {
        var scale = norms[norm + ".weight"].Value.ToArray();
        var shift = norms[norm + ".bias"].Value.ToArray();
        var mean = norms[norm + ".running_mean"].Value.ToArray();
        var variance = norms[norm + ".running_var"].Value.ToArray();
        double[] factors = [.. scale.Zip(variance, (factor, spread) => factor / Math.Sqrt((double)spread + NormStatistics.Epsilon))];
        return (factors, [.. factors.Select((factor, channel) => shift[channel] - mean[channel] * factor)]);
    }

    private static void Copy(ParameterTensor source, ParameterTensor target, ParameterSet targets)
    {
        if (source.Pattern is { } pattern)
        {
            targets.Prune(target.Name, pattern);
        }

        target.Value.Upload(source.Value.ToArray());
    }

    /// <summary>w' = w·g/√(v + eps), b' = (b − m)·g/√(v + eps) + s, with one scale g, shift s, mean m and variance v an output channel.</summary>
    private static void Fold(ParameterSet norms, string norm, ParameterTensor weight, ParameterTensor bias)
    {
        var (factors, summands) = Line(norms, norm);
        var weights = weight.Value.ToArray();
        var biases = bias.Value.ToArray();
        for (var output = 0; output < biases.Length; output++)
        {
            biases[output] = (float)(biases[output] * factors[output] + summands[output]);
        }

        var inputs = weight.Specification.Count / biases.Length;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(weights[i] * factors[(weight.Pattern?.Existing[i] ?? i) / inputs]);
        }

        weight.Value.Upload(weights);
        bias.Value.Upload(biases);
    }
}
