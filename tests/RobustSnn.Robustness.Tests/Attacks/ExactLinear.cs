using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>What is exactly true of a linear classifier, in double, by bisection: along the one change that costs the label most for its length.</summary>
internal static class ExactLinear
{
    /// <summary>The length of the smallest change within [0,1] that brings some other class level with the label; infinite where there is none.</summary>
    public static double SmallestDistance(ExactNetwork network, Norm norm, int sample) =>
        Others(network, sample).Min(boundary => Bisect(boundary, norm, change => boundary.ValueAt(change) >= 0, Length(norm)));

    /// <summary>The label's lead over the other class, of two, in the worst image of the ball and [0,1].</summary>
    public static double WorstMargin(ExactNetwork network, Budget budget, int sample)
    {
        var boundary = Others(network, sample).Single();
        return -Bisect(boundary, budget.Norm, change => Length(budget.Norm)(change) >= budget.Radius, boundary.ValueAt);
    }

    private static IEnumerable<Boundary> Others(ExactNetwork network, int sample)
    {
        var (image, label) = (network.Image(sample), network.Labels[sample]);
        var (weights, logits) = (network.Layers[0], network.Logits(image));
        foreach (var other in Enumerable.Range(0, network.Classes).Where(each => each != label))
        {
            double[] normal = [.. image.Select((_, i) => weights[other * image.Length + i] - weights[label * image.Length + i])];
            yield return new Boundary(image, normal, logits[other] - logits[label]);
        }
    }

    /// <summary>The result of the shortest change along the way of which the condition is true, to which it is false before.</summary>
    private static double Bisect(Boundary boundary, Norm norm, Func<double[], bool> condition, Func<double[], double> result)
    {
        var (low, high) = (0.0, 1e6);
        if (!condition(boundary.Change(norm, high)))
        {
            return double.PositiveInfinity;
        }

        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = condition(boundary.Change(norm, middle)) ? (low, middle) : (middle, high);
        }

        return result(boundary.Change(norm, high));
    }

    private static Func<double[], double> Length(Norm norm) => change => norm == Norm.Infinity ? change.Max(Math.Abs) : Math.Sqrt(change.Sum(each => each * each));

    /// <param name="Value">By how much the other class leads at the image: below 0.</param>
    private sealed record Boundary(double[] Image, double[] Normal, double Value)
    {
        public double ValueAt(double[] change) => Value + change.Zip(Normal, (each, weight) => each * weight).Sum();

        /// <summary>The change of its length that raises the value most: all pixels alike in L∞, as their weights in L2, until they are at 0 or 1.</summary>
        public double[] Change(Norm norm, double level) =>
            [.. Image.Zip(Normal, (pixel, weight) => Math.Clamp(pixel + level * (norm == Norm.Infinity ? Math.Sign(weight) : weight), 0, 1) - pixel)];
    }
}
