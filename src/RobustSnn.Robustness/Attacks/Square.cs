using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Queries">Images that the network is shown of each sample, after the first.</param>
public readonly record struct SquareOptions(int Queries);

/// <summary>What a run of Square found, sample by sample.</summary>
/// <param name="Margins">Logit of the label minus the largest other at the best image; at the clean one where the network gets that wrong.</param>
/// <param name="Queries">Images that the network was shown; none of a sample that it gets wrong as it is.</param>
public readonly record struct SquareOutcome(float[] Margins, int[] Queries);

/// <summary>
/// Square (Andriushchenko et al., ECCV 2020; METHODS 8): sees logits only. Every query changes the best image so far in a square, smaller and smaller
/// ones, and keeps what lowers the margin or fools the network as deployed. In L∞ it begins with stripes of ±ε and moves squares by ±2ε; in L2 it
/// begins with tiles and moves the change from one square to another.
/// </summary>
/// <remarks>Squares are placed on the host, between two passes over the samples that are left.</remarks>
public sealed class Square : IAttack
{
    /// <summary>As METHODS 8 has it.</summary>
    public const int UsualQueries = 5000;

    private readonly SquareOptions options;

    /// <exception cref="ArgumentException">No queries.</exception>
    public Square(SquareOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Queries, 1);
        this.options = options;
    }

    public bool FollowsGradients => false;

    public string Name =>
        "square" + (this.options.Queries == UsualQueries ? "" : string.Create(CultureInfo.InvariantCulture, $"(queries={this.options.Queries})"));

    public long Passes(IClassifier classifier) => this.options.Queries;

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) => BeginWith(batch, settings, new SampleSquareDraws(settings.Random));

    /// <summary>Gives the image that fooled the network; the image as it was where none did.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(AttackBatch batch, AttackSettings settings) => RunFrom(batch, settings, new SampleSquareDraws(settings.Random));

    /// <summary>With given draws, which are those of L∞.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SquareOutcome RunFrom(AttackBatch batch, AttackSettings settings, ISquareDraws draws)
    {
        RoundsTogether.LoadCleanLogits(batch);
        var run = BeginWith(batch, settings, draws);
        run.RunTogether();
        return run.Outcome;
    }

    /// <summary>Rows and columns of a query's square: √(p·rows·columns), at least 1, p falling from 0.8 as if there were 10,000 queries.</summary>
    public static int Side(int query, int queries, Shape image)
    {
        var share = (int)((double)query / queries * 10000) switch
        {
            <= 10 => 0.8,
            <= 50 => 0.8 / 2,
            <= 200 => 0.8 / 4,
            <= 500 => 0.8 / 8,
            <= 1000 => 0.8 / 16,
            <= 2000 => 0.8 / 32,
            <= 4000 => 0.8 / 64,
            <= 6000 => 0.8 / 128,
            <= 8000 => 0.8 / 256,
            _ => 0.8 / 512,
        };
        var side = (int)Math.Round(Math.Sqrt(share * image.Rows * image.Columns));
        return Math.Clamp(side, 1, Math.Min(image.Rows, image.Columns));
    }

    private SquareRun BeginWith(AttackBatch batch, AttackSettings settings, ISquareDraws draws)
    {
        var (image, queries) = (batch.Classifier.ImageShape, this.options.Queries);
        ISquareMoves moves = settings.Budget.Norm == Norm.Infinity
            ? new SquareInInfinity(image, settings.Budget.Radius, queries, draws)
            : new SquareInEuclidean(image, settings.Budget.Radius, queries, settings.Random);
        return new SquareRun(batch, settings, queries, moves);
    }
}
