using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using static RobustSnn.Engine.Tests.Reference.HostValues;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>The reference's gradients against central differences of its forward passes, through ⟨g, output⟩ with random g.</summary>
public static class FiniteDifferenceTests
{
    private const float Linear = 0.5f;
    private const float Smooth = 1f / 128;

    private static IEnumerable<TestCaseData> Cases =>
        from function in (IEnumerable<Differentiable>)[.. Layers, .. Losses]
        from variable in Enumerable.Range(0, function.Variables.Length)
        select new TestCaseData(function, variable).SetArgDisplayNames(function.Name, function.Variables[variable].Name);

    [TestCaseSource(nameof(Cases))]
    public static void GradientIsTheSlope(Differentiable function, int variable) => function.Check(variable);

    private static IEnumerable<Differentiable> Layers =>
    [
        Convolution("convolution 3×3", ConvolutionGeometry.Convolution(2, 4, 3, 3, kernel: 3, stride: 1, padding: 1)),
        Convolution("convolution 3×3, stride 2", ConvolutionGeometry.Convolution(2, 5, 4, 3, kernel: 3, stride: 2, padding: 1)),
        Convolution("convolution 1×1, stride 2", ConvolutionGeometry.Convolution(3, 4, 5, 2, kernel: 1, stride: 2, padding: 0)),
        Convolution("linear", ConvolutionGeometry.Linear(2, 3, 2, 4)),
        Normalisation,
        FixedBatchNorm,
        BatchNorm,
        Relu,
        Dropout,
        AveragePool,
        OverlappingMaxPool,
        WeightedSum(isStatic: false),
        WeightedSum(isStatic: true),
        Readout,
    ];

    private static IEnumerable<Differentiable> Losses => Enum.GetValues<LogitLoss>().Select(Loss);

    private static Differentiable Convolution(string name, ConvolutionGeometry geometry)
    {
        var input = Shape(geometry.Inputs, geometry.InputRows, geometry.InputColumns, geometry.Padding, batch: 2, timesteps: 2);
        var output = Shape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns, 0, batch: 2, timesteps: 2);
        var g = Draw(2 * 2 * output.Count, seed: 1);
        return new Differentiable(name,
            [("input", Draw(2 * 2 * input.Count)), ("weights", Draw(geometry.WeightCount)), ("bias", Draw(geometry.Outputs))],
            v =>
            {
                using var connection = Backend.Connect(geometry, Buffer(v[1]));
                var y = Empty(output);
                Backend.Convolve(connection, Buffer(v[2]), Activation(input, v[0]), y, 2);
                return Dot(g, y.Values());
            },
            v =>
            {
                using var connection = Backend.Connect(geometry, Buffer(v[1]));
                var inputGradient = Empty(input);
                var (weightGradient, biasGradient) = (Zeros(v[1]), Zeros(v[2]));
                Backend.ConvolveInputGradient(connection, Activation(output, g), inputGradient, false, 2);
                Backend.ConvolveWeightGradient(connection, Activation(input, v[0]), Activation(output, g), weightGradient, biasGradient, 2);
                return [inputGradient.Values(), weightGradient.ToArray(), biasGradient.ToArray()];
            },
            Linear, 1e-5);
    }

    private static Differentiable Normalisation
    {
        get
        {
            var shape = Shape(3, 2, 2, batch: 2);
            var g = Draw(2 * shape.Count, seed: 1);
            var (mean, deviation) = (Buffer(0.4f, 0.5f, 0.6f), Buffer(0.2f, 0.3f, 0.4f));
            return new Differentiable("normalise", [("pixels", Draw(2 * shape.Count))],
                v =>
                {
                    var y = Empty(shape);
                    Backend.Normalise(Buffer(v[0]), mean, deviation, y, 2);
                    return Dot(g, y.Values());
                },
                v =>
                {
                    var gradient = Zeros(v[0]);
                    Backend.NormaliseGradient(Activation(shape, g), deviation, gradient, 2);
                    return [gradient.ToArray()];
                },
                Linear, 1e-5);
        }
    }

    private static Differentiable FixedBatchNorm
    {
        get
        {
            var shape = Shape(3, 2, 1, batch: 2, timesteps: 3);
            var g = Draw(3 * 2 * shape.Count, seed: 1);
            var (scale, shift, mean, variance) = (Buffer(0.5f, -1, 2), Buffer(0, 1, 2), Buffer(0.3f, 0, -1), Buffer(0.5f, 1, 2));
            return new Differentiable("batch norm, fixed statistics", [("input", Draw(3 * 2 * shape.Count))],
                v =>
                {
                    var y = Empty(shape);
                    Backend.BatchNorm(Activation(shape, v[0]), scale, shift, mean, variance, 1e-5f, y, 2);
                    return Dot(g, y.Values());
                },
                _ =>
                {
                    var gradient = Empty(shape);
                    Backend.BatchNormFixedGradient(Activation(shape, g), scale, variance, 1e-5f, gradient, false, 2);
                    return [gradient.Values()];
                },
                Linear, 1e-5);
        }
    }

    private static Differentiable BatchNorm
    {
        get
        {
            var shape = Shape(3, 2, 2, batch: 3, timesteps: 2);
            var g = Draw(2 * 3 * shape.Count, seed: 1);
            return new Differentiable("batch norm, batch statistics", [("input", Draw(2 * 3 * shape.Count)), ("scale", Draw(3)), ("shift", Draw(3, seed: 2))],
                v =>
                {
                    var (mean, variance) = Statistics(Activation(shape, v[0]));
                    var y = Empty(shape);
                    Backend.BatchNorm(Activation(shape, v[0]), Buffer(v[1]), Buffer(v[2]), mean, variance, 1e-5f, y, 3);
                    return Dot(g, y.Values());
                },
                v =>
                {
                    var (mean, variance) = Statistics(Activation(shape, v[0]));
                    var inputGradient = Empty(shape);
                    var (scaleGradient, shiftGradient) = (Zeros(v[1]), Zeros(v[2]));
                    Backend.BatchNormGradient(Activation(shape, v[0]), Activation(shape, g), Buffer(v[1]), mean, variance, 1e-5f, inputGradient,
                        false, scaleGradient, shiftGradient, 3);
                    return [inputGradient.Values(), scaleGradient.ToArray(), shiftGradient.ToArray()];
                },
                Smooth, 1e-3);

            static (DeviceBuffer Mean, DeviceBuffer Variance) Statistics(Activation input)
            {
                var (mean, variance) = (Buffer(0, 0, 0), Buffer(0, 0, 0));
                Backend.BatchStatistics(input, mean, variance, 3);
                return (mean, variance);
            }
        }
    }

    private static Differentiable Relu
    {
        get
        {
            var shape = Shape(3, 2, 2, batch: 2);
            var g = Draw(2 * shape.Count, seed: 1);
            // Further from the kink than the step.
            var input = Draw(2 * shape.Count).Select(x => x + (x > 0 ? 0.1f : -0.1f)).ToArray();
            return new Differentiable("relu", [("input", input)],
                v => Dot(g, Output(v[0]).Values()),
                v =>
                {
                    var gradient = Empty(shape);
                    Backend.ReluGradient(Output(v[0]), Activation(shape, g), gradient, false, 2);
                    return [gradient.Values()];
                },
                Smooth, 1e-5);

            Activation Output(float[] values)
            {
                var y = Empty(shape);
                Backend.Relu(Activation(shape, values), y, 2);
                return y;
            }
        }
    }

    private static Differentiable Dropout
    {
        get
        {
            var shape = Shape(5, 2, 2, batch: 2, timesteps: 2);
            var g = Draw(2 * 2 * shape.Count, seed: 1);
            float[] Dropped(float[] values)
            {
                var activation = Activation(shape, values);
                Backend.Dropout(activation, 0.4f, new RandomKey(7, 8), Backend.Allocate(2, ElementType.Int32), 2);
                return activation.Values();
            }

            return new Differentiable("dropout", [("values", Draw(2 * 2 * shape.Count))], v => Dot(g, Dropped(v[0])), _ => [Dropped(g)], Linear, 1e-5);
        }
    }

    private static Differentiable AveragePool
    {
        get
        {
            var (input, output) = (Shape(2, 4, 6, border: 1, batch: 2), Shape(2, 2, 2, batch: 2));
            var g = Draw(2 * output.Count, seed: 1);
            return new Differentiable("average pool 2×3", [("input", Draw(2 * input.Count))],
                v =>
                {
                    var y = Empty(output);
                    Backend.AveragePool(Activation(input, v[0]), y, 2);
                    return Dot(g, y.Values());
                },
                _ =>
                {
                    var gradient = Empty(input);
                    Backend.AveragePoolGradient(Activation(output, g), gradient, false, 2);
                    return [gradient.Values()];
                },
                Linear, 1e-5);
        }
    }

    private static Differentiable OverlappingMaxPool
    {
        get
        {
            var (window, input, output) = (new PoolWindow(3, 2, 1), Shape(2, 5, 6, border: 1, batch: 2), Shape(2, 3, 3, batch: 2));
            var g = Draw(2 * output.Count, seed: 1);
            return new Differentiable("max pool 3×3, stride 2, padding 1", [("input", Draw(2 * input.Count))],
                v =>
                {
                    var y = Empty(output);
                    Backend.OverlappingMaxPool(window, Activation(input, v[0]), y, 2);
                    return Dot(g, y.Values());
                },
                v =>
                {
                    var gradient = Empty(input);
                    Backend.OverlappingMaxPoolGradient(window, Activation(input, v[0]), Activation(output, g), gradient, false, 2);
                    return [gradient.Values()];
                },
                1e-3f, 1e-3);
        }
    }

    private static Differentiable WeightedSum(bool isStatic)
    {
        var shape = Shape(3, 2, 2, batch: 2, timesteps: 4);
        var first = isStatic ? shape with { Lanes = shape.Lanes.Static } : shape;
        var g = Draw(4 * 2 * shape.Count, seed: 1);
        return new Differentiable($"weighted sum{(isStatic ? " with a static input" : "")}",
            [("first", Draw(first.Lanes.Steps * 2 * shape.Count)), ("second", Draw(4 * 2 * shape.Count, seed: 2)), ("coefficients", Draw(2))],
            v =>
            {
                var y = Empty(shape);
                Backend.WeightedSum(Activation(first, v[0]), Activation(shape, v[1]), Buffer(v[2]), y, 2);
                return Dot(g, y.Values());
            },
            v =>
            {
                var (firstGradient, secondGradient, coefficientGradient) = (Empty(first), Empty(shape), Zeros(v[2]));
                Backend.WeightedSumGradient(Activation(shape, g), Buffer(v[2]), 0, firstGradient, false, 2);
                Backend.WeightedSumGradient(Activation(shape, g), Buffer(v[2]), 1, secondGradient, false, 2);
                Backend.WeightedSumCoefficientGradient(Activation(first, v[0]), Activation(shape, g), coefficientGradient, 0, 2);
                Backend.WeightedSumCoefficientGradient(Activation(shape, v[1]), Activation(shape, g), coefficientGradient, 1, 2);
                return [firstGradient.Values(), secondGradient.Values(), coefficientGradient.ToArray()];
            },
            Linear, 1e-5);
    }

    private static Differentiable Readout
    {
        get
        {
            var shape = Shape(10, 1, 1, batch: 2, timesteps: 3);
            var g = Draw(20, seed: 1);
            return new Differentiable("readout", [("scores", Draw(3 * 20))],
                v =>
                {
                    var logits = Zeros(g);
                    Backend.Readout(Activation(shape, v[0]), logits, 2);
                    return Dot(g, logits.ToArray());
                },
                _ =>
                {
                    var gradient = Empty(shape);
                    Backend.ReadoutGradient(Buffer(g), gradient, 2);
                    return [gradient.Values()];
                },
                Linear, 1e-5);
        }
    }

    /// <summary>The sum of three samples' losses; each label is once the largest logit and twice not.</summary>
    private static Differentiable Loss(LogitLoss loss)
    {
        const int classes = 5, samples = 3;
        var isRelative = loss.HasReference();
        float[] logits = [3, 1, 0, -2, 0.5f, 0.3f, 2, 1, -1, 0.1f, -1, 0.2f, 1.5f, 1.1f, 0];
        (string, float[])[] variables = isRelative ? [("logits", logits), ("reference", Draw(samples * classes))] : [("logits", logits)];

        (DeviceBuffer Losses, DeviceBuffer Gradient, DeviceBuffer ReferenceGradient) Run(float[][] v)
        {
            var (losses, gradient, referenceGradient) = (Buffer(0, 0, 0), Zeros(logits), Zeros(logits));
            Backend.LogitLoss(loss, Buffer(v[0]), isRelative ? Buffer(v[1]) : null, Buffer(0, 2, 1), classes, 1, losses, gradient,
                referenceGradient, samples, Buffer(1, 4, 3));
            return (losses, gradient, referenceGradient);
        }

        return new Differentiable($"{loss}", variables,
            v => Run(v).Losses.ToArray().Sum(x => (double)x),
            v =>
            {
                var (_, gradient, referenceGradient) = Run(v);
                return isRelative ? [gradient.ToArray(), referenceGradient.ToArray()] : [gradient.ToArray()];
            },
            Smooth, 1e-3);
    }

    private static DeviceBuffer Zeros(float[] like) => Backend.Allocate(like.Length);

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    /// <summary>The same numbers for the same seed, in [−1, 1).</summary>
    private static float[] Draw(int count, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }
}
