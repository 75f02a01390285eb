using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>Folds the values of BatchNorms with running statistics into the layers before them, as <see cref="Folding"/> folds their nodes.</summary>
internal static class NormFolding
{
    /// <summary>A copy of the model on the same backend: a pruned weight stays pruned.</summary>
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

            result.Parameters.Changed();
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static void Copy(ParameterTensor source, ParameterTensor target, ParameterSet targets)
    {
        target.Value.Upload(source.Value.ToArray());
        if (source.Mask is { } mask)
        {
            targets.SetMask(target.Name, mask.ToArray());
        }
    }

    /// <summary>w' = w·g/√(v + eps), b' = (b − m)·g/√(v + eps) + s, with one scale g, shift s, mean m and variance v an output channel.</summary>
    private static void Fold(ParameterSet norms, string norm, ParameterTensor weight, ParameterTensor bias)
    {
        var scale = norms[norm + ".weight"].Value.ToArray();
        var shift = norms[norm + ".bias"].Value.ToArray();
        var mean = norms[norm + ".running_mean"].Value.ToArray();
        var variance = norms[norm + ".running_var"].Value.ToArray();
        var weights = weight.Value.ToArray();
        var biases = bias.Value.ToArray();
        var inputs = weights.Length / biases.Length;
        for (var output = 0; output < biases.Length; output++)
        {
            var factor = scale[output] / Math.Sqrt((double)variance[output] + BatchNormStep.Epsilon);
            biases[output] = (float)((biases[output] - (double)mean[output]) * factor + shift[output]);
            foreach (ref var value in weights.AsSpan(output * inputs, inputs))
            {
                value = (float)(value * factor);
            }
        }

        weight.Value.Upload(weights);
        bias.Value.Upload(biases);
    }
}
