using RobustSnn.Engine.Operations;
using RobustSnn.Robustness;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Conformance;

/// <summary>
/// Checks of the ensembles with given draws: which samples each of the 19 members leaves correct alone and with what margin, which are correct
/// still after each member of the ensemble, and which in the end.
/// </summary>
/// <remarks>
/// Where the case's margin of a member alone is below 1e-3, rounding may decide. It also may where a membrane, or the input of a ReLU, comes within
/// 1e-7 of its threshold on the way of an attack: so one decision in two hundred may differ, and three margins in a hundred, of one member half of them: with
/// another gradient nearly all would. The decisions that follow in the ensemble are held to those that did not.
/// </remarks>
internal sealed class EnsembleChecks(GoldenCase golden, CaseBatch shared, Expectations expected) : IDisposable
{
    private const float SureMargin = 1e-3f;
    private const double OtherDecisions = 0.005;
    private const double OtherMargins = 0.03;
    private const double OtherMarginsOfMember = 0.5;

    private static readonly IReadOnlyList<GradientEstimator> Estimators = GradientEstimators.Ensemble;

    private Classifier? annClassifier;
    private AttackBatch? annBatch;

    public Finding Fgsm() => Check("ens.fgsm", [.. Estimators.Select(_ => new Given(new Fgsm().Run))]);

    public Finding Pgd()
    {
        var pgd = new Pgd(new PgdOptions(golden.Count("steps")));
        var starts = golden.Tensor("ens.pgd.start").Values.Chunk((int)shared.Batch.PixelCount).ToArray();
        return Check("ens.pgd", [.. starts.Select(start => new Given(
            (batch, settings) => pgd.RunFrom(batch, settings, Draws.Upload(batch, start))))]);
    }

    /// <summary>
    /// The images that the reference hands on: of fooled samples the last that the estimator's own pass got wrong, which for Act is the T = 0
    /// network's, where this system's attack goes by the network as deployed; of others, and of those that it gets wrong as they are, the clean ones.
    /// </summary>
    public Finding Apgd()
    {
        var apgd = new Apgd(new ApgdOptions(LogitLoss.CrossEntropy, golden.Count("steps")));
        var draw = golden.Tensor("ens.apgd.rand").Values;
        return Check("ens.apgd", [.. Estimators.Select(_ => new Given(Run))]);

        void Run(AttackBatch batch, AttackSettings settings)
        {
            var judge = batch.Classifier.IsDeployed(settings.Estimator) ? batch : WithoutSpikes(batch);
            var outcome = apgd.RunFrom(judge, settings, Draws.Upload(judge, draw));
            batch.Copy(batch.Clean, batch.Adversarial);
            batch.Select(outcome.Fooled, outcome.BestAdversarial, batch.Adversarial);
            var wrongAlready = judge.Vector("conformance.wrong");
            judge.MarkWrong(judge.Classifier.Logits(judge.Clean, judge.Samples), wrongAlready);
            batch.Select(wrongAlready, batch.Clean, batch.Adversarial);
        }
    }

    public void Dispose()
    {
        annBatch?.Dispose();
        annClassifier?.Dispose();
    }

    /// <summary>The same samples on the T = 0 network.</summary>
    private AttackBatch WithoutSpikes(AttackBatch batch)
    {
        annClassifier ??= CaseBatch.Classify(golden, shared.Model, 0);
        annBatch ??= new AttackBatch(annClassifier);
        annBatch.Load(batch.Clean.ToArray((int)batch.PixelCount), batch.LabelsHost, batch.NumbersHost);
        return annBatch;
    }

    private Finding Check(string name, Given[] attacks)
    {
        try
        {
            return Compare(name, attacks);
        }
        finally
        {
            shared.Reload();
        }
    }

    private Finding Compare(string name, Given[] attacks)
    {
        var samples = golden.Batch;
        var (alone, margins) = Alone(attacks);
        var running = Running(attacks);
        var robust = running[^samples..];
        var wantedMargins = expected.Of(name + ".alone_margin", margins);
        var wantedAlone = expected.Of(name + ".alone", alone);
        var wantedRunning = expected.Of(name + ".correct", running);
        var wantedRobust = expected.Of(name + ".robust", robust);
        var otherMargins = Deviation.ShareBeyond(margins, wantedMargins, SureMargin);
        var worstMember = margins.Chunk(samples).Zip(wantedMargins.Chunk(samples), (one, other) => Deviation.ShareBeyond(one, other, SureMargin)).Max();
        bool[] differs = [.. alone.Zip(wantedAlone, (found, wanted) => found != wanted)];
        var others = Enumerable.Range(0, alone.Length).Count(decision => differs[decision] && !IsOpen(decision));
        return Finding.Worst(
            new Finding(
                others, Math.Max(1, OtherDecisions * alone.Length),
                $"{others} of {alone.Length} decisions of {name}.alone differ" + (others > 0 ? $", the first at {Array.IndexOf(differs, true)}" : "")),
            new Finding(otherMargins, OtherMargins, FormattableString.Invariant($"{100 * otherMargins:0.##} % of margins differ by more than {SureMargin}")),
            new Finding(worstMember, OtherMarginsOfMember, FormattableString.Invariant($"{100 * worstMember:0.##} % of a member's")),
            Decisions.Equal(name + ".correct", running, wantedRunning, IsOpenSince),
            Decisions.Equal(name + ".robust", robust, wantedRobust, sample => IsOpenSince((attacks.Length - 1) * samples + sample)));

        bool IsOpen(int decision) => Math.Abs(wantedMargins[decision]) < SureMargin;

        // After a member that could go either way, so could all that follow it.
        bool IsOpenSince(int decision)
        {
            for (var each = decision; each >= 0; each -= samples)
            {
                if (differs[each] || IsOpen(each))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Each member on all samples: 1 where the network as deployed is right, and the logit of the label minus the largest other.</summary>
    private (float[] Alone, float[] Margins) Alone(Given[] attacks)
    {
        var (alone, margins) = (new List<float>(), new List<float>());
        for (var member = 0; member < attacks.Length; member++)
        {
            shared.Reload();
            var batch = shared.Batch;
            attacks[member].Run(batch, Settings(member));
            BallCheck.Verify(Estimators[member].Name, batch, Radius);
            alone.AddRange(Judgement.Correct(batch));
            margins.AddRange(Judgement.Margins(batch));
        }

        return ([.. alone], [.. margins]);
    }

    /// <summary>The ensemble as evaluations run it: 1 where a sample is correct still, after each member.</summary>
    private float[] Running(Given[] attacks)
    {
        shared.Reload();
        var batch = shared.Batch;
        var wrong = batch.Vector("conformance.wrong");
        batch.MarkWrong(batch.Classifier.Logits(batch.Clean, batch.Samples), wrong);
        batch.Drop(wrong);
        var ensemble = new EnsembleAttack("given", [.. attacks.Zip(Estimators, (attack, estimator) => new AttackMember(attack, estimator))]);
        foreach (var attack in attacks)
        {
            attack.Attacked = []; // of one that no sample reaches
        }

        ensemble.Run(batch, Radius, default, new MemberOutcome[attacks.Length]);
        return [.. attacks.Skip(1).Select(attack => attack.Attacked).Append(batch.NumbersHost.ToArray()).SelectMany(Marks)];
    }

    private float[] Marks(int[] numbers) => [.. Enumerable.Range(0, golden.Batch).Select(sample => numbers.Contains(sample) ? 1f : 0)];

    private Budget Radius => Budget.Pixels(golden.Epsilon);

    private AttackSettings Settings(int member) => new(Radius, Estimators[member], default);

    /// <summary>An attack from given draws, and which samples reached it.</summary>
    private sealed class Given(Action<AttackBatch, AttackSettings> run) : IAttack
    {
        public string Name => "given";

        public long Passes(IClassifier classifier) => 1;

        public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
            throw new NotSupportedException("this attack runs on all samples together");

        public int[] Attacked { get; set; } = [];

        public void Run(AttackBatch batch, AttackSettings settings)
        {
            Attacked = batch.NumbersHost.ToArray();
            run(batch, settings);
        }
    }
}
