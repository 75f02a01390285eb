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
    public virtual void Step(SpikingModel model, SgdSettings sgd) =>
        model.Parameters.SgdStep(sgd);

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
/// The same network in dense tensors, with zeros for small weights that every step puts back to zero: what
/// <see cref="SparseNetwork"/> must agree with.
/// </summary>
internal sealed class ZeroedNetwork(GoldenCase golden, IBackend backend, WeightCut cut) : CaseNetwork(golden, backend)
{
    private Dictionary<string, SparsityPattern> patterns = [];

    public override SpikingModel Load()
    {
        var model = base.Load();
        patterns = cut.Apply(PrunableWeights.Of(model)).ToDictionary(kept => kept.Name, kept => kept.Pattern);
        Zero(model);
        return model;
    }

    public override void Step(SpikingModel model, SgdSettings sgd)
    {
        base.Step(model, sgd);
        Zero(model);
    }

    public override float[]? Gradient(ParameterTensor parameter) =>
        base.Gradient(parameter) is { } gradient ? Kept(parameter.Name, gradient) : null;

    private void Zero(SpikingModel model)
    {
        foreach (var name in patterns.Keys)
        {
            var parameter = model.Parameters[name];
            parameter.Value.Upload(Kept(name, parameter.Value.ToArray()));
            parameter.Velocity?.Upload(Kept(name, parameter.Velocity.ToArray()));
        }

    }

    private float[] Kept(string name, float[] dense) =>
        patterns.TryGetValue(name, out var pattern) ? pattern.Expand(pattern.Compact(dense)) : dense;
}
