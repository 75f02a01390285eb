using NUnit.Framework;
using RobustSnn.Cuda.Connections;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Tests;

/// <summary>Which products a dense layer's passes are: what can be counted without a device.</summary>
[TestFixture]
public sealed class ProductTests
{
    [Test]
    public void Positions_from_which_a_tap_falls_into_the_map_are_counted([Values(1, 2, 3)] int stride, [Values(0, 1, 2, 4)] int padding,
        [Values(1, 2, 5, 8)] int inputs, [Values(0, 1, 2, 4)] int tap)
    {
        const int Outputs = 7;
        var counted = Enumerable.Range(0, Outputs).Count(position => position * stride - padding + tap is var read && read >= 0 && read < inputs);
        Assert.That(new ConvolutionTaps(stride, padding, inputs).CountOf(Outputs, tap), Is.EqualTo(counted));
    }

    [Test]
    public void Groups_of_a_weight_gradient_have_each_position_once([Values(1, 3, 8)] int rows, [Values(1, 2)] int blocks, [Values(1, 40, 100, 100_000)] int mostSums)
    {
        var geometry = ConvolutionGeometry.Convolution(2, rows, 5, 2, kernel: 3, stride: 1, padding: 1);
        var input = new ActivationShape(2, rows, 5, 1, new LaneLayout(blocks * 4, 2, 4));
        var products = WeightProducts.Of(geometry, input, blocks, mostSums);
        var counts = Enumerable.Range(0, products.Steps).Select(products.CountOf).ToArray();
        Assert.That(counts.Sum(), Is.EqualTo(products.Positions * products.TapRows));
        Assert.That(counts, Is.Ordered.Descending, "a group that has no more positions comes last");
        Assert.That(products.Groups * (long)geometry.WeightCount, Is.LessThanOrEqualTo(Math.Max(mostSums, geometry.WeightCount)));
    }

    [TestCase(1, ExpectedResult = 3)]
    [TestCase(0, ExpectedResult = 1)]
    public int A_kernel_that_covers_a_map_without_a_frame_is_one_matrix(int border)
    {
        var geometry = ConvolutionGeometry.Linear(4, 3, 3, 5);
        var products = LayerProducts.Forward(geometry, new ActivationShape(4, 3, 3, border, new LaneLayout(2, 1, 2)), blocks: 1);
        Assert.That(products.Product.Depth * products.TapRows, Is.EqualTo(4 * 9));
        return products.TapRows;
    }

    [TestCase(1, 1, 1, ExpectedResult = true)]
    [TestCase(1, 1, 0, ExpectedResult = false)]
    [TestCase(1, 2, 0, ExpectedResult = true)]
    [TestCase(2, 1, 1, ExpectedResult = false)]
    public bool Gradients_are_gathered_where_zeros_reach_far_enough(int stride, int padding, int border) => LayerProducts.Gathers(
        ConvolutionGeometry.Convolution(2, 8, 8, 2, kernel: 3, stride, padding),
        new ActivationShape(2, 8, 8, border, new LaneLayout(2, 1, 2)));
}
