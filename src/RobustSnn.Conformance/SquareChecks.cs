using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Conformance;

/// <summary>
/// Checks of Square with every draw given: the sizes of its squares, how many queries each sample took, which samples stay correct, the images, and
/// the margins at them.
/// </summary>
internal sealed class SquareChecks(GoldenCase golden, CaseBatch shared, Expectations expected)
{
    /// <summary>The metadata's number of queries.</summary>
    public const string Queries = "square_queries";

    private const double MarginTolerance = 1e-4;
    private const double SamePixel = 1e-6;
    private const double PixelShareBeyond = 0.005;

    public Finding Check()
    {
        var batch = shared.Batch;
        var queries = golden.Count(Queries);
        var image = shared.Model.Network.Input;
        float[] sizes = [.. Enumerable.Range(0, queries).Select(query => (float)Square.Side(query, queries, image))];
        var settings = new AttackSettings(Budget.Pixels(golden.Epsilon), GradientEstimator.Default, default);
        var outcome = new Square(new SquareOptions(queries)).RunFrom(batch, settings, new GivenDraws(golden, image));
        var images = batch.DownloadAdversarial().ToArray();
        BallCheck.Verify("square", batch, settings.Budget);
        var correct = Judgement.Correct(batch);
        var margins = Judgement.Margins(batch);
        var asked = Array.ConvertAll(outcome.Queries, count => (float)count);
        return Finding.Worst(
            new Finding(
                Deviation.RelativeToLargest(margins, expected.Of("square.margin", margins)), MarginTolerance,
                "largest difference of a margin over the largest margin"),
            new Finding(Deviation.ShareBeyond(images, expected.Of("square.x_adv", images), SamePixel), PixelShareBeyond, "pixels within 1e-6"),
            Equal("square.size", sizes), Equal("square.queries", asked), Equal("square.correct", correct));
    }

    private Finding Equal(string name, float[] found) => Decisions.Equal(name, found, expected.Of(name, found));

    /// <summary>The case's draws: stripes for each sample, squares for all samples of a query.</summary>
    private sealed class GivenDraws : ISquareDraws
    {
        private readonly float[] stripes;
        private readonly int[] rows;
        private readonly int[] columns;
        private readonly float[] signs;

        public GivenDraws(GoldenCase golden, Shape image)
        {
            stripes = golden.Signs("square.init");
            rows = golden.Whole("square.row", image.Rows - 1);
            columns = golden.Whole("square.column", image.Columns - 1);
            signs = golden.Signs("square.sign");
        }

        // The case's samples are numbered as they lie.
        public void Stripes(int number, Span<float> signs) => stripes.AsSpan(number * signs.Length, signs.Length).CopyTo(signs);

        public (int Row, int Column) Square(int number, int query, int rows, int columns, Span<float> signs)
        {
            if (this.rows[query] >= rows || this.columns[query] >= columns)
            {
                throw new BadInputException(
                    $"'square.row' and 'square.column' of query {query} are {this.rows[query]} and {this.columns[query]}, expected below {rows} and "
                    + $"{columns}: its square would leave the image.");
            }

            this.signs.AsSpan(query * signs.Length, signs.Length).CopyTo(signs);
            return (this.rows[query], this.columns[query]);
        }
    }
}
