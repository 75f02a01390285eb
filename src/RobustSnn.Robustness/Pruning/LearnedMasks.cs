using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Pruning;

/// <summary>Numbers that learning masks has to remember between epochs, besides the network's parameters.</summary>
/// <param name="Name">Of its own among all of them.</param>
public sealed record LearnedState(string Name, Func<float[]> Read, Action<float[]> Write)
{
    /// <summary>Of a whole buffer.</summary>
    public static LearnedState Of(string name, DeviceBuffer buffer) => new(name, () => buffer.ToArray(), values => buffer.Upload(values));
}

/// <summary>
/// Masks of all prunable weights while they are learned (METHODS 5). Weights and biases of convolutions and linear layers are frozen, each weight
/// has a score, and passes see those with the largest |score| of each layer; training changes the scores, and all that is not frozen: BatchNorm,
/// and the coefficients of residual sums. Scores begin as √(6 / fan-in)·w / max|w| of their
/// layer, so that the first masks are those of the least magnitudes.
/// </summary>
public abstract class LearnedMasks
{
    private readonly SpikingModel model;
    private readonly ParameterTensor[] frozen;

    /// <param name="model">Dense; its training need not be prepared yet.</param>
    /// <param name="counts">How many weights of each layer are kept at first, in the order of the network's nodes.</param>
    /// <exception cref="BadInputException">A weight that is not finite, or a layer whose weights are all 0, and have no order.</exception>
    protected LearnedMasks(SpikingModel model, IReadOnlyList<int> counts)
    {
        this.model = model;
        frozen = [.. model.Parameters.All.Where(each => each.Specification.Kind.IsWeight || each.Specification.Kind.IsBias)];
        Weights = [.. model.Parameters.All.Where(each => each.Specification.Prunable)];
        foreach (var parameter in frozen)
        {
            parameter.IsFrozen = true;
        }

        Masks = [.. Weights.Select((weights, i) => model.Parameters.Score(weights.Name, counts[i]))];
        for (var i = 0; i < Masks.Count; i++)
        {
            Masks[i].Scores.Upload(FirstScores(Weights[i]));
        }

        model.Parameters.PrepareTraining();
    }

    /// <summary>Whether the present masks keep no more than was asked for: only then does an epoch count.</summary>
    public virtual bool MeetsTarget => true;

    /// <summary>What is remembered from one epoch to the next: a stage that was broken off goes on from it.</summary>
    public virtual IReadOnlyList<LearnedState> State =>
    [
        .. Weights.Zip(Masks).SelectMany(each => new[]
        {
            LearnedState.Of($"scores/{each.First.Name}", each.Second.Scores),
            LearnedState.Of($"scores_velocity/{each.First.Name}", each.Second.ScoreVelocity!),
        }),
    ];

    /// <summary>The weights of which masks are learned, in the order of the network's nodes.</summary>
    protected IReadOnlyList<ParameterTensor> Weights { get; }

    /// <summary>Their masks.</summary>
    protected IReadOnlyList<ScoredMask> Masks { get; }

    /// <summary>To be called before each epoch, from 0.</summary>
    public virtual void BeginEpoch(int epoch)
    {
    }

    /// <summary>To be called between the backward passes and the optimiser's step, with that step's settings.</summary>
    public virtual void BeforeStep(SgdSettings settings)
    {
    }

    /// <summary>Ends learning: prunes the network to exactly the number of weights that was asked for. What is left is no longer frozen.</summary>
    public IReadOnlyList<KeptWeights> Settle()
    {
        var counts = FinalCounts();
        var kept = new List<KeptWeights>();
        for (var i = 0; i < Masks.Count; i++)
        {
            Masks[i].Kept = counts[i];
            kept.Add(new KeptWeights(Weights[i].Name, Masks[i].Pattern()));
        }

        foreach (var each in kept)
        {
            model.Parameters.Prune(each.Name, each.Pattern);
        }

        foreach (var parameter in frozen)
        {
            parameter.IsFrozen = false;
        }

        return kept;
    }

    /// <summary>How many weights of each layer are kept in the end.</summary>
    protected abstract IReadOnlyList<int> FinalCounts();

    /// <summary>What a layer of so many weights keeps of its share: at least one.</summary>
    protected static int AtLeastOne(int size, double sparsity) => Math.Max(KeptCounts.Of(size, sparsity), 1);

    private static float[] FirstScores(ParameterTensor weights)
    {
        var values = weights.ToDense();
        MagnitudePruning.RequireNumbers([new PrunableWeights(weights.Name, values)]);
        var largest = values.Max(Math.Abs);
        if (largest == 0)
        {
            throw new BadInputException(
                $"{weights.Name}: expected weights to learn a mask of, found zeros alone. Begin with a network that was trained");
        }

        var fanIn = weights.Specification.Count / weights.Specification.Dimensions[0];
        return Array.ConvertAll(values, value => (float)(Math.Sqrt(6.0 / fanIn) * value / largest));
    }
}
