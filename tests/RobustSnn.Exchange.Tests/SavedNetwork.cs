using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Exchange.Tests;

/// <summary>Checkpoints of small networks with random weights on 8 × 8 images, whose BatchNorms and thresholds are not those of no training.</summary>
internal static class SavedNetwork
{
    public const int Timesteps = 3;

    private const int Classes = 4;

    private static readonly Shape Input = new(3, 8, 8);

    /// <summary>One of each family, and what the others do not have.</summary>
    public static readonly string[] Architectures = ["vggmini", "vgg with max pooling", "resnet8", "wrnmini"];

    public static void Save(string path, string architecture = "vggmini", bool isSpiking = true, bool isPruned = true, NeuronModel? neurons = null)
    {
        using IBackend backend = Backends.Open(options: new(1));
        using SpikingModel model = Make(backend, architecture, isSpiking, isPruned, neurons);
        ModelFile.Save(path, model, new ModelInfo("unknown", isSpiking ? Timesteps : 0, isSpiking ? "finetune_snn" : "pretrain", ["a", "b", "c \"d\"", "é|"]));
    }

    public static SpikingModel Make(IBackend backend, string architecture, bool isSpiking, bool isPruned, NeuronModel? neurons = null)
    {
        Network ann = Ann(architecture);
        var model = new SpikingModel(isSpiking ? Conversion.toSpiking(neurons ?? new NeuronModel(1, Reset.Hard), ann) : ann, backend);
        model.Initialise(1);
        var random = new Random(2);
        foreach (ParameterTensor parameter in model.Parameters.All)
        {
            int count = parameter.Specification.Count;
            if (parameter.Specification.Kind.IsWeight)
            {
                if (isPruned && count > 300)
                {
                    model.Parameters.Prune(parameter.Name, new SparsityPattern(count, [.. Enumerable.Range(0, count).Where(_ => random.Next(3) > 0)]));
                }
            }
            else
            {
                parameter.Value.Upload([.. Enumerable.Range(0, count).Select(_ => 0.3f + 0.3f * random.NextSingle())]);
            }
        }

        return model;
    }

    /// <summary>Random images (image, channel, row, column).</summary>
    public static float[] Images(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count * Input.Count).Select(_ => random.NextSingle())];
    }

    private static Network Ann(string architecture)
    {
        FSharpList<double> mean = ListModule.OfArray([0.4, 0.5, 0.6]);
        FSharpList<double> deviation = ListModule.OfArray([0.2, 0.25, 0.3]);
        return architecture switch
        {
            "resnet8" => Families.build(Family.NewResNetFamily(1), Classes, Input, mean, deviation),
            "vgg with max pooling" => Families.build(
                Family.NewVggFamily(
                    ListModule.OfArray([VggFeature.NewC(8), VggFeature.M, VggFeature.NewC(12), VggFeature.A]),
                    new VggHead(true, ListModule.OfArray([16]), 0.25)),
                Classes, Input, mean, deviation),
            _ => RobustSnn.Model.Architectures.build(architecture, Classes, Input, mean, deviation),
        };
    }
}
