using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>
/// A checkpoint of a network without spikes whose map is one position where its head begins, with a hidden layer so wide and so sparse that cuSPARSE multiplies
/// with it.
/// </summary>
internal static class WideHead
{
    private const int Width = 1024;
    private const int OneOf = 50;

    private static readonly VggFeature[] Features =
        [VggFeature.NewC(4), VggFeature.A, VggFeature.A, VggFeature.A, VggFeature.A, VggFeature.A];

    private static readonly VggHead Head = new(pooled: false, ListModule.OfArray([Width, Width]), dropout: null);

    public static void Save(string path)
    {
        using var backend = Backends.Open(options: new(Threads: 1));
        var layers = FuncConvert.FromFunc<int, Draft, Draft>((classes, draft) => Vgg.layers(ListModule.OfArray(Features), Head, classes, draft));
        var ann = Architectures.assemble("vggwide", layers, 10, new Shape(3, 32, 32), ListModule.OfArray([0.5, 0.5, 0.5]), ListModule.OfArray([0.25, 0.25, 0.25]));
        using var model = new SpikingModel(ann, backend);
        model.Initialise(1);
        foreach (var parameter in model.Parameters.All)
        {
            var count = parameter.Specification.Count;
            if (parameter.Specification.Prunable)
            {
                model.Parameters.Prune(parameter.Name, new SparsityPattern(count, [.. Enumerable.Range(0, count).Where(i => i % OneOf == 0)]));
            }
            else if (!parameter.Specification.Trainable)
            {
                backend.Fill(parameter.Value, 0.3f); // statistics of no training
            }
        }

        ModelFile.Save(path, model, new ModelInfo("shapes10", 0, "pretrain"));
    }
}
