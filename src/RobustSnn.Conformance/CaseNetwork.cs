using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Conformance;

/// <summary>The network of a golden case as checks run it: here as it is given.</summary>
internal class CaseNetwork(GoldenCase golden, IBackend backend)
{
    public IBackend Backend { get; } = backend;

    /// <summary>A new model with the case's parameters.</summary>
    /// <exception cref="Model.BadInputException">They are not exactly those of the architecture.</exception>
    public virtual SpikingModel Load() => GoldenNetwork.Load(golden, Backend);

    /// <summary>One step of SGD.</summary>
    public void Step(SpikingModel model, SgdSettings sgd)
    {
        BeforeStep(model.Parameters);
        model.Parameters.SgdStep(sgd);
    }

    /// <summary>Takes from the gradients what this network does not train.</summary>
    public virtual void BeforeStep(ParameterSet parameters)
    {
    }

    /// <summary>The gradient of what exists, as the dense tensor; null where the parameter is not trained.</summary>
    public virtual float[]? Gradient(ParameterTensor parameter) => parameter.GradientToDense();
}

/// <summary>The network without its small weights: they are neither stored nor computed with.</summary>
internal sealed class SparseNetwork(GoldenCase golden, IBackend backend, WeightCut cut) : CaseNetwork(golden, backend)
{
    public override SpikingModel Load()
    {
        var model = base.Load();
        foreach (var kept in cut.Apply(PrunableWeights.Of(model)))
        {
            model.Parameters.Prune(kept.Name, kept.Pattern);
        }

        return model;
    }
}

/// <summary>
/// The same network in dense tensors, with zeros for small weights, whose gradients are put to zero before every step so that they stay:
/// what <see cref="SparseNetwork"/> must agree with.
/// </summary>
internal sealed class ZeroedNetwork(GoldenCase golden, IBackend backend, WeightCut cut) : CaseNetwork(golden, backend)
{
    private Dictionary<string, SparsityPattern> patterns = [];

    public override SpikingModel Load()
    {
        var model = base.Load();
        patterns = cut.Apply(PrunableWeights.Of(model)).ToDictionary(kept => kept.Name, kept => kept.Pattern);
        foreach (var name in patterns.Keys)
        {
            Zero(name, model.Parameters[name].Value);
        }

        return model;
    }

    public override void BeforeStep(ParameterSet parameters)
    {
        foreach (var name in patterns.Keys)
        {
            Zero(name, parameters[name].Gradient);
        }
    }

    public override float[]? Gradient(ParameterTensor parameter) =>
        base.Gradient(parameter) is { } gradient ? Kept(parameter.Name, gradient) : null;

    private void Zero(string name, DeviceBuffer? buffer) => buffer?.Upload(Kept(name, buffer.ToArray()));

    private float[] Kept(string name, float[] dense) =>
        patterns.TryGetValue(name, out var pattern) ? pattern.Expand(pattern.Compact(dense)) : dense;
}
