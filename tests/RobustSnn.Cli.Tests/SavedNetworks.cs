using RobustSnn.Engine.Layout;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Tests;

/// <summary>Checkpoints with random weights.</summary>
internal static class SavedNetworks
{
    /// <summary>A vggmini for shapes10 at T = 2, half pruned or dense, with BatchNorm statistics that are not those of no training.</summary>
    /// <param name="change">What is different in it.</param>
    public static void Save(string path, Action<SpikingModel> change, bool isPruned = true)
    {
        using var backend = Backends.Open(options: new(1));
        Network ann = Architectures.build("vggmini", 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using var model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        model.Initialise(1);
        var random = new Random(2);
        foreach (ParameterTensor parameter in model.Parameters.All)
        {
            if (parameter.Specification.Prunable && isPruned)
            {
                model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                    [.. Enumerable.Range(0, parameter.Specification.Count).Where(_ => random.Next(2) == 0)]));
            }
            else if (!parameter.Specification.Trainable || parameter.Specification.Kind.IsThreshold)
            {
                parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => 0.2f + 0.2f * random.NextSingle())]);
            }
        }

        change(model);
        ModelFile.Save(path, model, new ModelInfo("shapes10", 2, "finetune_snn"));
    }

    /// <summary>Statistics as conversion leaves them.</summary>
    public static void Reset(SpikingModel model)
    {
        foreach (ParameterTensor parameter in model.Parameters.All.Where(parameter => !parameter.Specification.Trainable))
        {
            model.Backend.Fill(parameter.Value, parameter.Specification.Kind.IsRunningVariance ? 1 : 0);
        }
    }

    /// <summary>Finite weights, as every checkpoint's are, and more than a logit can hold.</summary>
    public static void Overflow(SpikingModel model)
    {
        model.Backend.Fill(model.Parameters["classifier.4.weight"].Value, float.MaxValue);
        model.Backend.Fill(model.Parameters["classifier.4.bias"].Value, float.MaxValue);
    }
}
