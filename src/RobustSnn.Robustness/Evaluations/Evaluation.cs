using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Accuracy of a network over a whole data set, clean and under attacks (METHODS 8), and its activity (METHODS 9).</summary>
/// <remarks>
/// One member after the other attacks the samples that its ensemble has not lost yet; what it finds out about a sample goes into a
/// <see cref="Ledger"/>, of which every figure is a query. A member that two ensembles have is run once. No finding depends on who is evaluated
/// beside a sample, on the batch, or on what was evaluated before.
/// </remarks>
public sealed class Evaluation : IDisposable
{
    private const int LongestName = 60;

    private readonly EvaluationOptions options;
    private readonly IClassifier classifier;
    private readonly IClassifier? owned;
    private readonly Dictionary<string, IClassifier> origins = [];

    /// <exception cref="BadInputException">A negative T, or no samples a batch.</exception>
    public Evaluation(SpikingModel model, EvaluationOptions options)
        : this(Classify(model, options), options) => owned = classifier;

    /// <summary>Of a network that is somebody else's to dispose, and that may be more than a plan runs: with a defence before it, say.</summary>
    /// <exception cref="BadInputException">Other options than the classifier's.</exception>
    public Evaluation(IClassifier classifier, EvaluationOptions options)
    {
        Require(options);
        if (classifier.Batch != options.Batch || classifier.Timesteps != options.Timesteps)
        {
            throw new BadInputException($"An evaluation with batch {options.Batch} and T {options.Timesteps} expects a classifier with these, found "
                + $"{classifier.Batch} and {classifier.Timesteps}.");
        }

        this.options = options;
        this.classifier = classifier;
    }

    /// <summary>Another network, of whose gradients attacks may be made by <c>@name</c> behind theirs: transferred to this one.</summary>
    /// <exception cref="BadInputException">It takes other images, has other classes, or the name is taken.</exception>
    public void AddOrigin(string name, SpikingModel model, int timesteps)
    {
        if (name.Length is 0 or > LongestName || name.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is '@' or '(' or ')' or ','))
        {
            throw new BadInputException($"A network to transfer attacks from expects a name of at most {LongestName} letters without spaces, @, brackets and "
                + $"commas, found '{name}'. Give its file another name.");
        }

        if (!model.Network.Input.Equals(classifier.ImageShape) || model.Network.Classes != classifier.Classes)
        {
            throw new BadInputException($"The network '{name}' to transfer attacks from expects {model.Network.Input} images of {model.Network.Classes} "
                + $"classes, the one that is attacked {classifier.ImageShape} of {classifier.Classes}; expected the same.");
        }

        if (origins.ContainsKey(name))
        {
            throw new BadInputException($"There are two networks '{name}' to transfer attacks from, expected different names.");
        }

        origins.Add(name, Classify(model, this.options with { Timesteps = timesteps }));
    }

    /// <summary>Refuses what <see cref="Run"/> would refuse of attacks, for who has files to open first.</summary>
    /// <exception cref="BadInputException">A radius is none, an attack does not attack in such a ball, or follows an origin that is not there.</exception>
    public void RequireRunnable(IReadOnlyList<AttackInBudget> attacks)
    {
        foreach (var each in attacks)
        {
            Require(each with { Attack = each.Attack.For(this.options.Timesteps) });
        }
    }

    /// <summary>Evaluates on every sample of the source.</summary>
    /// <param name="record">What is known already, and where findings go; null where nobody else wants to know.</param>
    /// <exception cref="BadInputException">
    /// No samples, a label that is none of the network's classes, a radius that is none, an attack that this network cannot be attacked with, an
    /// origin that is not there, or a record of another network's logits.
    /// </exception>
    /// <exception cref="InvalidOperationException">An attack left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationResult Run(
        ISampleSource source, IReadOnlyList<AttackInBudget> attacks, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default, IEvaluationRecord? record = null)
    {
        RequireRunnable(attacks);
        AttackInBudget[] asked = [.. attacks.Select(each => each with { Attack = each.Attack.For(this.options.Timesteps) })];
        var samples = new EvaluatedSamples(source, classifier.Classes);
        var run = new EvaluationRun(classifier, this.options, samples, record ?? new UnsharedRecord(), progress, cancellation);
        using (run)
        {
            run.Clean();
            foreach (var origin in origins)
            {
                run.AddOrigin(origin.Key, origin.Value, source);
            }

            run.Attack(asked);
            return run.Finish(asked);
        }
    }

    public void Dispose()
    {
        foreach (var origin in origins.Values)
        {
            (origin as IDisposable)?.Dispose();
        }

        (owned as IDisposable)?.Dispose();
    }

    private static Classifier Classify(SpikingModel model, EvaluationOptions options)
    {
        Require(options);
        return new Classifier(model, options.Batch, options.Timesteps);
    }

    private static void Require(EvaluationOptions options)
    {
        if (options.Batch < 1 || options.Timesteps < 0)
        {
            throw new BadInputException(
                $"An evaluation expects a batch of at least 1 and T of at least 0; found batch {options.Batch}, T {options.Timesteps}.");
        }
    }

    private void Require(AttackInBudget asked)
    {
        if (!(asked.Budget.Radius >= 0 && float.IsFinite(asked.Budget.Radius)))
        {
            throw new BadInputException("The radius of an attack expects a finite number of at least 0.");
        }

        if (asked.Attack.Members.FirstOrDefault(member => !member.Attack.Takes(asked.Budget.Norm)) is { Attack: not null } misfit)
        {
            throw new BadInputException($"{misfit.Attack.Name} cannot attack in {asked.Budget.Norm} norm: expected a ball of another, found a radius of {asked.Budget.Radius}.");
        }

        if (asked.Attack.Members.FirstOrDefault(member => member.Attack.LeastClasses > classifier.Classes) is { Attack: { } needing })
        {
            throw new BadInputException($"{needing.Name} expects at least {needing.LeastClasses} classes, the network has {classifier.Classes}.");
        }

        if (asked.Attack.Members.FirstOrDefault(member => member.Origin is not null && !member.Attack.Transfers) is { Attack: { } own })
        {
            throw new BadInputException($"{asked.Attack.Name}: {own.Name} goes by what the network itself says of images, expected an attack that only follows "
                + "gradients, such as pgd10, to be transferred.");
        }

        if (asked.Attack.Members.FirstOrDefault(member => member.Origin is { } name && !origins.ContainsKey(name)) is { Origin: { } unknown })
        {
            throw new BadInputException($"{asked.Attack.Name}: there is no network '{unknown}' to transfer attacks from, expected "
                + (origins.Count == 0 ? "one of that name, found none." : $"one of {string.Join(", ", origins.Keys)}."));
        }
    }
}
