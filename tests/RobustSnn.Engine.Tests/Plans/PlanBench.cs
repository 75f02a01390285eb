using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Models, images and training passes for tests of plans.</summary>
internal static class PlanBench
{
    public const int Side = 16;
    public const int Classes = 10;

    private static readonly FSharpList<double> Half = ListModule.OfSeq([0.5, 0.5, 0.5]);

    /// <summary>A spiking network of that architecture with random weights and thresholds at which a good part of the neurons fire.</summary>
    public static SpikingModel Model(IBackend backend, string architecture, Reset? reset = null, double leak = 1, int side = Side)
    {
        var ann = Architectures.build(architecture, Classes, new Shape(3, side, side), Half, Half);
        var model = new SpikingModel(Conversion.toSpiking(new NeuronModel(leak, reset ?? Reset.Hard), ann), backend);
        model.Initialise(3);
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Kind.IsThreshold))
        {
            backend.Fill(parameter.Value, 0.4f);
        }

        return model;
    }

    public static float[] Images(int count, int seed)
    {
        var random = new System.Random(seed);
        return [.. Enumerable.Range(0, count * 3 * Side * Side).Select(_ => random.NextSingle())];
    }

    /// <summary>A cross-entropy training pass: logits, then every parameter's gradient.</summary>
    public static IReadOnlyList<(string Name, float[] Values)> Train(Plan plan, float[] images, int samples)
    {
        var backend = plan.Model.Backend;
        plan.Model.Parameters.ClearGradients();
        plan.Pixels.Upload(images.AsSpan(0, samples * plan.Model.PixelCount));
        plan.Forward(samples, new RandomKey(5, 6));
        Loss(plan, samples);
        plan.Backward(NeuronGradient.Default);
        var results = new List<(string, float[])> { ("logits", plan.Logits.ToArray(samples * Classes)) };
        results.AddRange(plan.Model.Parameters.All.Where(parameter => parameter.Gradient is not null)
            .Select(parameter => (parameter.Name, parameter.Gradient!.ToArray())));
        results.AddRange(plan.Model.Parameters.All.Where(parameter => !parameter.Specification.Trainable)
            .Select(parameter => (parameter.Name, parameter.Value.ToArray())));
        backend.Fill(plan.LogitGradient, 0);
        return results;
    }

    /// <summary>Logits and the pixels' gradient of a plan in mode InputGradient.</summary>
    public static (float[] Logits, float[] Gradient) Attack(Plan plan, float[] images, int samples, NeuronGradient gradient)
    {
        plan.Pixels.Upload(images.AsSpan(0, samples * plan.Model.PixelCount));
        plan.Forward(samples);
        Loss(plan, samples);
        plan.Backward(gradient);
        return (plan.Logits.ToArray(samples * Classes), plan.PixelGradient.ToArray(samples * plan.Model.PixelCount));
    }

    /// <summary>Largest difference over largest magnitude.</summary>
    public static double Error(float[] actual, float[] expected)
    {
        var largest = expected.Max(Math.Abs);
        return actual.Zip(expected).Max(pair => Math.Abs((double)pair.First - pair.Second)) / Math.Max(largest, 1e-12f);
    }

    private static void Loss(Plan plan, int samples)
    {
        var backend = plan.Model.Backend;
        using var labels = backend.Allocate(plan.Batch);
        using var losses = backend.Allocate(plan.Batch);
        labels.Upload([.. Enumerable.Range(0, plan.Batch).Select(i => (float)(i % Classes))]);
        backend.Fill(plan.LogitGradient, 0);
        backend.LogitLoss(LogitLoss.CrossEntropy, plan.Logits, null, labels, Classes, 1f / samples, losses, plan.LogitGradient, null, samples);
    }
}
