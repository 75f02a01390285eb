using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>A spiking vggmini with random weights.</summary>
internal static class SmallNetwork
{
    private static readonly Shape Input = new(3, 16, 16);

    /// <param name="isPruned">Whether half of its weights do not exist.</param>
    public static SpikingModel Make(IBackend backend, bool isPruned = false)
    {
        var ann = Architectures.build("vggmini", 10, Input, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
        var model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        model.Initialise(1);
        foreach (var parameter in model.Parameters.All.Where(parameter => isPruned && parameter.Specification.Prunable))
        {
            var count = parameter.Specification.Count;
            model.Parameters.Prune(parameter.Name, new SparsityPattern(count, [.. Enumerable.Range(0, count).Where(i => i % 2 == 0)]));
        }

        return model;
    }

    public static float[] Images(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count * Input.Count).Select(_ => random.NextSingle())];
    }
}
