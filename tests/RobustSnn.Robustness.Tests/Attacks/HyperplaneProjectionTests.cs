using FsCheck;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class HyperplaneProjectionTests
{
    private static IEnumerable<TestCaseData> Norms() => [new(Norm.Infinity), new(Norm.Euclidean)];

    private static IEnumerable<TestCaseData> Problems() =>
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        from size in new[] { 1, 2, 3, 5, 40, 400 }
        from seed in Enumerable.Range(0, 8)
        select new TestCaseData(norm, size, seed);

    /// <summary>By bisection over how far coordinates go, which knows nothing of pieces.</summary>
    [TestCaseSource(nameof(Problems))]
    public void It_is_as_short_as_bisection_finds(Norm norm, int size, int seed)
    {
        var problem = new Problem(size, seed);
        var change = problem.Change(norm);
        var expected = problem.Bisected(norm);
        Assert.Multiple(() =>
        {
            Assert.That(change, Is.EqualTo(expected).Within(1e-9));
            Assert.That(problem.Left(change), Is.EqualTo(problem.Left(expected)).Within(1e-9));
        });
    }

    /// <summary>Of two pixels every point of a fine grid is tried: none on or beyond the plane is nearer.</summary>
    [Test]
    public void No_point_of_a_grid_is_nearer([ValueSource(nameof(BothNorms))] Norm norm, [Range(0, 11)] int seed)
    {
        const int steps = 400;
        var problem = new Problem(2, seed);
        var nearest = double.PositiveInfinity;
        for (var i = 0; i <= steps; i++)
        {
            for (var j = 0; j <= steps; j++)
            {
                double[] change = [(double)i / steps - problem.Point[0], (double)j / steps - problem.Point[1]];
                nearest = problem.Value * (problem.Value - problem.Left(change)) >= 0 && problem.Value * problem.Left(change) <= 0
                    ? Math.Min(nearest, Length(norm, change))
                    : nearest;
            }
        }

        var found = problem.Change(norm);
        if (double.IsFinite(nearest))
        {
            Assert.That(Math.Abs(problem.Left(found)), Is.LessThan(1e-9), "on the plane");
            Assert.That(Length(norm, found), Is.InRange(nearest - 2.0 / steps, nearest + 1e-12));
        }
        else
        {
            Assert.That(found.Zip(problem.Point, (change, point) => point + change), Is.All.EqualTo(0).Or.EqualTo(1), "the plane misses the box");
        }
    }

    private static Norm[] BothNorms => [Norm.Infinity, Norm.Euclidean];

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void It_ends_on_the_plane_or_in_the_corner_and_never_leaves_the_box(PositiveInt size, int seed, bool isInfinity)
    {
        var (norm, problem) = (isInfinity ? Norm.Infinity : Norm.Euclidean, new Problem(size.Get, seed));
        var change = problem.Change(norm);
        var left = problem.Left(change);
        for (var i = 0; i < size.Get; i++)
        {
            Assert.That(problem.Point[i] + change[i], Is.InRange(0.0, 1.0));
            Assert.That(problem.Normal[i] * change[i] * problem.Value, Is.LessThanOrEqualTo(0), "towards the plane");
            var corner = problem.Normal[i] == 0 ? problem.Point[i] : problem.Normal[i] > 0 == problem.Value < 0 ? 1 : 0;
            Assert.That(Math.Abs(left) < 1e-9 || problem.Point[i] + change[i] == corner, "on the plane or in the corner");
        }

        Assert.That(problem.Value * left, Is.GreaterThanOrEqualTo(-1e-9), "not beyond the plane");
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void No_point_that_is_drawn_on_the_plane_is_nearer(PositiveInt size, int seed, bool isInfinity)
    {
        var (norm, problem) = (isInfinity ? Norm.Infinity : Norm.Euclidean, new Problem(1 + size.Get, seed));
        var (random, length) = (new System.Random(seed), Length(norm, problem.Change(norm)));
        for (var i = 0; i < 50; i++)
        {
            // Between a point that is drawn anywhere in the box and where the problem begins, if they lie on both sides of the plane.
            double[] drawn = [.. problem.Point.Select(point => random.NextDouble() - point)];
            var share = problem.Value / (problem.Value - problem.Left(drawn));
            if (share is >= 0 and <= 1)
            {
                Assert.That(Length(norm, [.. drawn.Select(each => each * share)]), Is.GreaterThanOrEqualTo(length - 1e-9));
            }
        }
    }

    [TestCaseSource(nameof(Norms))]
    public void On_the_plane_nothing_moves(Norm norm)
    {
        var change = new double[3];
        HyperplaneProjection.Change(norm, [0.2f, 0.5f, 1f], [1f, -2f, 3f], 0, change);
        Assert.That(change, Is.All.Zero);
    }

    [TestCaseSource(nameof(Norms))]
    public void Without_a_normal_nothing_moves(Norm norm)
    {
        var change = new double[3];
        HyperplaneProjection.Change(norm, [0.2f, 0.5f, 1f], [0f, 0f, 0f], -1, change);
        Assert.That(change, Is.All.Zero);
    }

    /// <summary>Weights of pixels that saturated neurons see: they differ by many orders of magnitude.</summary>
    [TestCaseSource(nameof(Norms))]
    public void Weights_of_any_size_are_good(Norm norm)
    {
        float[] normal = [1e-45f, 1e-20f, 1e10f, -1e20f];
        var change = new double[4];
        HyperplaneProjection.Change(norm, [0.5f, 0.5f, 0.5f, 0.5f], normal, 1e19, change);
        Assert.That(change.Zip(normal, (each, weight) => each * weight).Sum(), Is.EqualTo(-1e19).Within(1e5));
    }

    private static double Length(Norm norm, double[] change) =>
        norm == Norm.Infinity ? change.Max(Math.Abs) : Math.Sqrt(change.Sum(each => each * each));

    /// <summary>A point of the box, some of its coordinates at the border, and a plane, of which some weights are 0.</summary>
    private sealed class Problem
    {
        public Problem(int size, int seed)
        {
            var random = new System.Random(seed);
            Point = [.. Enumerable.Range(0, size).Select(_ => random.Next(5) switch { 0 => 0f, 1 => 1f, _ => random.NextSingle() })];
            Normal = [.. Enumerable.Range(0, size).Select(_ => random.Next(5) == 0 ? 0f : (float)Math.Pow(10, random.Next(-2, 2)) * (random.NextSingle() - 0.5f))];
            Value = Normal.Sum(Math.Abs) * (random.NextDouble() - 0.5);
        }

        public float[] Point { get; }

        public float[] Normal { get; }

        public double Value { get; }

        public double[] Change(Norm norm)
        {
            var change = new double[Point.Length];
            HyperplaneProjection.Change(norm, Point, Normal, Value, change);
            return change;
        }

        /// <summary>How far a changed point is beyond the plane.</summary>
        public double Left(double[] change) => Value + change.Zip(Normal, (each, weight) => each * weight).Sum();

        public double[] Bisected(Norm norm)
        {
            var (low, high) = (0.0, 1e9);
            for (var i = 0; i < 200; i++)
            {
                var middle = (low + high) / 2;
                var isOver = Math.Sign(Left(At(middle))) != Math.Sign(Value);
                (low, high) = isOver ? (low, middle) : (middle, high);
            }

            return At(low);

            double[] At(double level) =>
            [
                .. Point.Select((point, i) =>
                {
                    var far = norm == Norm.Infinity ? level * Math.Sign(Normal[i]) : level * Normal[i];
                    return Math.Clamp(point - Math.Sign(Value) * far, 0, 1) - point;
                }),
            ];
        }
    }
}
