using System.Globalization;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>The figures of an evaluation, asked of its ledger.</summary>
internal sealed class EvaluationFigures
{
    /// <summary>Above this share of zero gradients, an attack that follows them says little.</summary>
    private const double VanishedShare = 0.1;

    private readonly EvaluationOptions options;
    private readonly EvaluatedSamples samples;
    private readonly IReadOnlyList<AttackInBudget> attacks;
    private readonly MemberOutcome[][] members; // of each attack
    private readonly int[] correct;
    private readonly int withoutClass;

    public EvaluationFigures(Ledger ledger, EvaluatedSamples samples, EvaluationOptions options, IReadOnlyList<AttackInBudget> attacks)
    {
        this.samples = samples;
        this.options = options;
        this.attacks = attacks;
        members = [.. attacks.Select(each => new MemberOutcome[each.Attack.Members.Count])];
        this.correct = new int[attacks.Count];
        withoutClass = Enumerable.Range(0, samples.Count).Count(place => samples.Prediction(place) == Predictions.None);
        for (var i = 0; i < attacks.Count; i++)
        {
            foreach (var place in Enumerable.Range(0, samples.Count).Where(samples.IsCorrect))
            {
                this.correct[i] += Survives(ledger, samples.Number(place), attacks[i], members[i]) ? 1 : 0;
            }
        }
    }

    public EvaluationResult Result(IReadOnlyList<LayerActivity> layers, LaneUse lanes, int unconfirmed)
    {
        var clean = Enumerable.Range(0, samples.Count).Count(samples.IsCorrect);
        return new EvaluationResult(
            this.options, samples.Count, clean, Interval.ClopperPearson(clean, samples.Count), [.. attacks.Select(Result)], layers, [.. Warnings(unconfirmed)])
        {
            WithoutClass = withoutClass,
            Lanes = lanes,
        };
    }

    /// <summary>
    /// Whether a sample is right after every member; each that it reached counts it. What makes an attack worth nothing counts only of samples that
    /// nothing broke, of which it is the only word.
    /// </summary>
    private static bool Survives(Ledger ledger, int sample, AttackInBudget asked, MemberOutcome[] outcomes)
    {
        var findings = new List<MemberFinding>();
        for (var k = 0; k < outcomes.Length && (findings.Count == 0 || !findings[^1].Broken); k++)
        {
            findings.Add(ledger.Find(sample, asked.Attack.Members[k].In(asked.Budget))
                ?? throw new InvalidOperationException($"sample {sample} was not attacked by {asked.Attack.Members[k]}"));
        }

        var isBroken = findings.Count > 0 && findings[^1].Broken;
        for (var k = 0; k < findings.Count; k++)
        {
            var doubts = isBroken ? findings[k].Doubts & GradientDoubts.Vanished : findings[k].Doubts;
            outcomes[k] += new MemberOutcome(1, findings[k].Broken ? 0 : 1, One(GradientDoubts.Vanished), One(GradientDoubts.NotFiniteGradient),
                One(GradientDoubts.NotFiniteLogits), One(GradientDoubts.Unconfirmed));

            int One(GradientDoubts doubt) => doubts.HasFlag(doubt) ? 1 : 0;
        }

        return !isBroken;
    }

    private AttackResult Result(AttackInBudget asked, int index) => new(
        asked.Attack.Name, asked.Budget, this.correct[index], samples.Count, Interval.ClopperPearson(this.correct[index], samples.Count),
        [.. asked.Attack.Members.Select((member, i) => new MemberResult(member.AttackName, member.EstimatorName, members[index][i]))])
    {
        HasCleanWithoutClass = withoutClass > 0,
    };

    private IEnumerable<string> Warnings(int unconfirmed)
    {
        if (withoutClass > 0)
        {
            yield return $"{withoutClass} of {samples.Count} clean images have logits that are no numbers: the accuracies are void.";
        }

        if (unconfirmed > 0)
        {
            yield return $"Of images at which an attack stopped because it saw the network fail, {unconfirmed} did not make it fail when it was asked again. "
                + "They were attacked once more with all steps: the network's logits differ from one pass to another in their last bits, or it draws.";
        }

        for (var i = 0; i < attacks.Count; i++)
        {
            for (var k = 0; k < members[i].Length; k++)
            {
                var outcome = members[i][k];
                var attack = attacks[i].Attack;
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

                if (outcome.Unconfirmed > 0)
                {
                    yield return $"{attack.Name}, {attack.Members[k].EstimatorName}: of {outcome.Unconfirmed} of {outcome.Attacked} images nobody can say "
                        + "whether they stand, because the attack ends where it sees the network fail, and the network did not when it was asked again: its "
                        + "figure is void.";
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
