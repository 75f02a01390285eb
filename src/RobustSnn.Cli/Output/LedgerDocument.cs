using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Cli.Output;

/// <summary>An accuracy that a ledger was asked for.</summary>
/// <param name="Epsilon">The ball; null for clean images.</param>
/// <param name="Accuracy">From 0 to 1; null where samples are missing, NaN where logits of clean images are no numbers.</param>
/// <param name="Accuracy95">95 % Clopper-Pearson interval; null where there is no accuracy.</param>
/// <param name="Least">The accuracy if every missing sample were broken.</param>
/// <param name="Most">The accuracy if every missing sample were robust.</param>
internal sealed record LedgerFigure(
    string Attack, string? Epsilon, int Robust, int Broken, int Wrong, int Missing, int Samples, double? Accuracy, Interval? Accuracy95,
    double Least, double Most)
{
    public static LedgerFigure Of(string attack, string? epsilon, LedgerAccuracy found, bool isVoid) => new(
        attack, epsilon, found.Robust, found.Broken, found.Wrong, found.Missing, found.Samples,
        isVoid ? double.NaN : found.IsComplete ? found.Least : null,
        !isVoid && found.IsComplete ? Interval.ClopperPearson(found.Robust, found.Samples) : null, found.Least, found.Most);
}

/// <summary>How far the smallest perturbation is that is known to break a sample, in one norm.</summary>
/// <param name="Samples">With a row.</param>
/// <param name="Broken">Of them, those that are wrong as they are, at distance 0, or that something is known to break.</param>
/// <param name="Median">Over all of them, in pixel units; null where it is beyond everything known.</param>
internal sealed record LedgerDistances(string Norm, int Samples, int Broken, double? Median)
{
    private const string Infinity = "linf";

    /// <summary>Whether a distance is one of pixels, which have 255 steps.</summary>
    internal bool IsInPixels => Norm == Infinity;

    public static LedgerDistances Of(Ledger ledger, Norm norm)
    {
        float?[] distances = [.. ledger.Rows.Select(row => ledger.SmallestEpsilon(row.Sample, norm))];
        float[] known = [.. distances.OfType<float>().Order()];
        int upper = distances.Length / 2; // of the two in the middle, which are one where the number is odd
        double? median = upper < known.Length ? (known[(distances.Length - 1) / 2] + (double)known[upper]) / 2 : null;
        return new LedgerDistances(norm == Engine.Operations.Norm.Infinity ? Infinity : "l2", distances.Length, known.Length, median);
    }
}

/// <summary>All that <c>rsnn ledger</c> finds.</summary>
/// <param name="Rows">Samples with a row.</param>
/// <param name="WithoutClass">Clean images whose logits are no numbers: with any, accuracies are void.</param>
/// <param name="Attacks">Those asked for.</param>
/// <param name="Together">In each ball with several of these attacks, the accuracy under all of them.</param>
/// <param name="Known">By everything known in the ball that was asked for; null without one.</param>
internal sealed record LedgerDocument(
    string Version, string Checkpoint, string Data, ImageDigest Images, int Timesteps, ulong Seed, string Backend, string Arithmetic, int Batch,
    bool StopsEarly, string Samples, string? Shard, int Rows, int WithoutClass, LedgerFigure Clean, IReadOnlyList<LedgerFigure> Attacks,
    IReadOnlyList<LedgerFigure> Together, LedgerFigure? Known, IReadOnlyList<LedgerDistances> Smallest, IReadOnlyList<string> Notes)
{
    /// <summary>In the order of the table.</summary>
    internal IReadOnlyList<LedgerFigure> Figures => [Clean, .. Attacks, .. Together, .. Known is { } known ? (LedgerFigure[])[known] : []];

    /// <summary>Whether every figure is one.</summary>
    public bool IsComplete => Figures.All(figure => figure.Accuracy is { } accuracy && !double.IsNaN(accuracy));

    /// <param name="asked">Attacks with members.</param>
    /// <param name="ball">To ask everything known about; null for none.</param>
    public static LedgerDocument Of(LedgerFile file, IReadOnlyList<LedgerAttack> asked, AttackBudget? ball)
    {
        var (header, ledger, samples) = (file.Header, file.Ledger, file.Header.Samples.Count);
        int withoutClass = ledger.WithoutClass;
        return new LedgerDocument(
            header.Version, header.Checkpoint, header.Data, header.Images, header.Timesteps, header.Seed, header.Backend, header.Arithmetic, header.Batch,
            header.StopsEarly, header.Samples.ToString(), header.Shard?.ToString(), ledger.Count, withoutClass,
            Figure("clean", null, ledger.Accuracy([], samples)),
            [.. asked.Select(attack => Figure(attack.Name, Text(attack.Members[0].Budget), ledger.Accuracy(attack.Members, samples)))],
            [
                .. asked.GroupBy(attack => attack.Members[0].Budget).Where(inBall => inBall.Count() > 1).Select(inBall => Figure(
                    "all of these", Text(inBall.Key), ledger.Accuracy([.. inBall.SelectMany(attack => attack.Members).Distinct()], samples))),
            ],
            ball is { Value: var known }
                ? Figure("everything known", ball.ToString(), ledger.AccuracyAt(known.Radius, known.Norm, header.Members, samples))
                : null,
            [.. header.Members.Select(member => member.Budget.Norm).Distinct().Select(norm => LedgerDistances.Of(ledger, norm))],
            file.Notes);

        LedgerFigure Figure(string attack, string? epsilon, LedgerAccuracy found) => LedgerFigure.Of(attack, epsilon, found, withoutClass > 0);
    }

    /// <summary>A ball as users write it: 8/255 where the radius is the float nearest to that.</summary>
    public static string Text(Budget budget)
    {
        double levels = Math.Round(255.0 * budget.Radius);
        return budget.Norm != Norm.Infinity ? LedgerMember.TextOf(budget)
            : (float)(levels / 255) == budget.Radius ? string.Create(CultureInfo.InvariantCulture, $"{levels}/255")
            : budget.Radius.ToString("R", CultureInfo.InvariantCulture);
    }
}
