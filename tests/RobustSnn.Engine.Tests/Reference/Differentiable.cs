using NUnit.Framework;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>A number that the reference computes from variables, and its gradient with respect to each, by the reference's own operations.</summary>
/// <param name="Variables">Each variable's name and value.</param>
/// <param name="Value">The number at any values of the variables.</param>
/// <param name="Gradients">Its gradients at the given values, one a variable.</param>
/// <param name="Step">Of the central differences: long where the number is linear, where only rounding matters.</param>
public sealed record Differentiable(
    string Name,
    (string Name, float[] Value)[] Variables,
    Func<float[][], double> Value,
    Func<float[][], float[][]> Gradients,
    float Step,
    double Tolerance)
{
    /// <summary>Asserts that a variable's gradient is the slope of the number along each of its elements.</summary>
    public void Check(int variable)
    {
        var values = Array.ConvertAll(Variables, v => v.Value);
        var gradient = Gradients(values)[variable];
        var slopes = Enumerable.Range(0, gradient.Length).Select(i => Slope(values, variable, i)).ToArray();
        var largest = slopes.Max(Math.Abs);
        Assert.That(largest, Is.GreaterThan(0));
        Assert.That(gradient, Is.EqualTo(slopes).Within(Tolerance * largest));
    }

    private double Slope(float[][] values, int variable, int element)
    {
        double At(float offset)
        {
            var moved = Array.ConvertAll(values, v => (float[])v.Clone());
            moved[variable][element] += offset;
            return Value(moved);
        }

        // What a float really moved by.
        var (up, down) = (values[variable][element] + Step, values[variable][element] - Step);
        return (At(Step) - At(-Step)) / ((double)up - down);
    }
}
