using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Counts of an evaluation, batch by batch.</summary>
internal sealed class EvaluationTally
{
    /// <summary>Above this share of zero gradients, an attack that follows them says little.</summary>
    private const double VanishedShare = 0.1;

    private readonly SpikingModel model;
    private readonly int[] neurons;
    private readonly double[] spikes;
    private int cleanCorrect;
    private int withoutClass;

    public EvaluationTally(SpikingModel model, IReadOnlyList<AttackInBudget> attacks)
    {
        this.model = model;
        neurons = [.. Graph.neurons(model.Network)];
        this.spikes = new double[neurons.Length];
        Attacks = attacks;
        Correct = new int[attacks.Count];
        Members = [.. attacks.Select(each => new MemberOutcome[each.Attack.Members.Count])];
    }

    public IReadOnlyList<AttackInBudget> Attacks { get; }

    public int Samples { get; private set; }

    /// <summary>Of each attack.</summary>
    public int[] Correct { get; }

    /// <summary>Of each attack, of each member.</summary>
    public MemberOutcome[][] Members { get; }

    public void AddClean(int samples, int correct, int withoutClass)
    {
        Samples += samples;
        cleanCorrect += correct;
        this.withoutClass += withoutClass;
    }

    public void AddSpikes(Classifier classifier)
    {
        for (var i = 0; classifier.Timesteps > 0 && i < neurons.Length; i++)
        {
            this.spikes[i] += classifier.SpikeCount(neurons[i]);
        }
    }

    public EvaluationResult Finish(EvaluationOptions options) => new(
        options, Samples, cleanCorrect, Interval.ClopperPearson(cleanCorrect, Samples), [.. Attacks.Select(Result)],
        options.Timesteps > 0 ? [.. neurons.Select((node, i) => Activity(node, this.spikes[i], options.Timesteps))] : [], [.. Warnings()])
    {
        WithoutClass = this.withoutClass,
    };

    private AttackResult Result(AttackInBudget asked, int index) => new(
        asked.Attack.Name, asked.Budget, Correct[index], Samples, Interval.ClopperPearson(Correct[index], Samples),
        [.. asked.Attack.Members.Select((member, i) => new MemberResult(member.Attack.Name, member.EstimatorName, Members[index][i]))])
    {
        HasCleanWithoutClass = this.withoutClass > 0,
    };

    private LayerActivity Activity(int node, double spikes, int timesteps)
    {
        var perImage = spikes / Samples;
        return new LayerActivity(this.model.Network.Nodes[node].Name, perImage, perImage / timesteps / this.model.Shapes[node].Count);
    }

    private IEnumerable<string> Warnings()
    {
        if (this.withoutClass > 0)
        {
            yield return $"{this.withoutClass} of {Samples} clean images have logits that are no numbers: the accuracies are void.";
        }

        for (var i = 0; i < Attacks.Count; i++)
        {
            for (var k = 0; k < Members[i].Length; k++)
            {
                var outcome = Members[i][k];
                var attack = Attacks[i].Attack;
                if (outcome.NotFiniteGradients > 0)
                {
                    yield return $"{attack.Name}, {attack.Members[k].EstimatorName}: an input gradient of {outcome.NotFiniteGradients} of " +
                        $"{outcome.Attacked} images holds values that are no finite numbers. The attack could not follow them: its figure is void.";
                }

                if (outcome.NotFiniteLogits > 0)
                {
                    yield return $"{attack.Name}, {attack.Members[k].EstimatorName}: logits of {outcome.NotFiniteLogits} of {outcome.Attacked} images " +
                        "under attack are no finite numbers, so that nobody can say how they are classified: its figure is void.";
                }

                if (outcome.VanishedGradients > VanishedShare * outcome.Attacked)
                {
                    var share = (100.0 * outcome.VanishedGradients / outcome.Attacked).ToString("0.#", CultureInfo.InvariantCulture);
                    yield return $"{attack.Name}, {attack.Members[k].EstimatorName}: the input gradient of {share} % of " +
                        $"{outcome.Attacked} images is zero everywhere, so robustness against this member may be an illusion.";
                }
            }
        }
    }
}
