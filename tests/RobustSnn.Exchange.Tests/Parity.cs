using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Exchange.Traces;

namespace RobustSnn.Exchange.Tests;

/// <summary>Holds logits that something else computed against our own, image by image.</summary>
internal static class Parity
{
    /// <summary>
    /// A membrane that comes closer to its threshold than this may be on its other side where sums are added up in another order: a spike is then
    /// another, and so may be the logits. How many images have one is said, and is bounded.
    /// </summary>
    private const float Margin = 1e-5f;

    public static void Require(SpikingModel model, float[] images, int timesteps, float[] logits, string whose, float tolerance = 1e-4f)
    {
        int count = images.Length / model.PixelCount;
        int classes = model.Network.Classes;
        using var plan = new Plan(model, count, timesteps, PassMode.Inference);
        plan.Pixels.Upload(images);
        plan.Forward(count);
        float[] own = plan.Logits.ToArray();
        Assert.That(logits, Has.Length.EqualTo(own.Length));
        bool[] isClose = Closeness(model, images, timesteps, count);
        float scale = Math.Max(1, own.Max(Math.Abs));
        float[] differences = [.. Enumerable.Range(0, count).Select(image => Enumerable.Range(image * classes, classes).Max(i => Math.Abs(own[i] - logits[i])))];
        float largest = differences.Where((_, image) => !isClose[image]).DefaultIfEmpty(0).Max();
        int close = isClose.Count(each => each);
        int moved = differences.Where((difference, image) => isClose[image] && difference > tolerance * scale).Count();
        TestContext.Out.WriteLine(
            $"{whose}: logits up to {scale}; largest difference {largest:E1} on {count - close} images, of {close} others, which have a membrane within {Margin} of its threshold, {moved} differ by more");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(largest, Is.LessThanOrEqualTo(tolerance * scale));
            Assert.That(close, Is.LessThanOrEqualTo(count / 2), "images that prove nothing");
            Assert.That(own.Distinct().Count(), Is.GreaterThan(count), "the network tells images apart");
        }
    }

    private static bool[] Closeness(SpikingModel model, float[] images, int timesteps, int count)
    {
        var isClose = new bool[count];
        if (timesteps > 0)
        {
            using var trace = new NetworkTrace(model, images, timesteps);
            foreach (TracedLayer layer in trace.Layers())
            {
                for (int image = 0; image < count; image++)
                {
                    isClose[image] |= layer.Margin(image, count) < Margin;
                }
            }
        }

        return isClose;
    }
}
