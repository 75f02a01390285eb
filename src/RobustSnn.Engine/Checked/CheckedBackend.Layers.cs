using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Checked;

/// <summary>Images, layers of weights, normalisation and logits.</summary>
public sealed partial class CheckedBackend
{
    public void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples)
    {
        var call = new Call(nameof(Normalise), samples);
        call.Floats(nameof(output), output);
        call.Require(output.Shape.Lanes.Steps == 1, "output expected a static value");
        call.Vector(nameof(pixels), pixels, (long)samples * output.Shape.Count);
        call.Vector(nameof(mean), mean, output.Shape.Channels);
        call.Vector(nameof(deviation), deviation, output.Shape.Channels);
        Inner.Normalise(pixels, mean, deviation, output, samples);
        call.Border(nameof(output), output);
    }

    public void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples)
    {
        var call = new Call(nameof(NormaliseGradient), samples);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Vector(nameof(deviation), deviation, outputGradient.Shape.Channels);
        call.Vector(nameof(pixelGradient), pixelGradient, (long)samples * outputGradient.Shape.Count);
        Inner.NormaliseGradient(outputGradient, deviation, pixelGradient, samples);
    }

    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        var call = new Call(nameof(Connect), 0);
        call.Require(pattern is null || pattern.DenseCount == geometry.WeightCount,
            $"pattern expected {geometry.WeightCount} weights, found {pattern?.DenseCount}");
        call.Vector(nameof(weights), weights, pattern?.Count ?? geometry.WeightCount);
        return Inner.Connect(geometry, weights, pattern);
    }

    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        var call = new Call(nameof(Convolve), samples);
        call.Value(nameof(input), input);
        call.Floats(nameof(output), output);
        Connected(call, connection.Geometry, input.Shape, output.Shape, connection.Geometry.Padding, 0);
        call.SameLanes(nameof(input), input, nameof(output), output);
        call.Vector(nameof(bias), bias, connection.Geometry.Outputs);
        call.Apart(nameof(input), input.Buffer, nameof(output), output.Buffer);
        Inner.Convolve(connection, bias, input, output, samples);
        call.Border(nameof(output), output);
    }

    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(ConvolveInputGradient), samples);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        Connected(call, connection.Geometry, inputGradient.Shape, outputGradient.Shape, 0, 0);
        call.SameLanes(nameof(outputGradient), outputGradient, nameof(inputGradient), inputGradient);
        call.Apart(nameof(outputGradient), outputGradient.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Inner.ConvolveInputGradient(connection, outputGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient);
    }

    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        var call = new Call(nameof(ConvolveWeightGradient), samples);
        call.Value(nameof(input), input);
        call.Gradient(nameof(outputGradient), outputGradient);
        Connected(call, connection.Geometry, input.Shape, outputGradient.Shape, connection.Geometry.Padding, 0);
        call.SameLanes(nameof(input), input, nameof(outputGradient), outputGradient);
        call.Vector(nameof(weightGradient), weightGradient, connection.Weights.Length);
        call.Vector(nameof(biasGradient), biasGradient, connection.Geometry.Outputs);
        Inner.ConvolveWeightGradient(connection, input, outputGradient, weightGradient, biasGradient, samples);
    }

    public void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples)
    {
        var call = new Call(nameof(BatchStatistics), samples);
        call.Floats(nameof(input), input);
        call.Vector(nameof(mean), mean, input.Shape.Channels);
        call.Vector(nameof(variance), variance, input.Shape.Channels);
        Inner.BatchStatistics(input, mean, variance, samples);
    }

    public void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples)
    {
        var call = new Call(nameof(BatchNorm), samples);
        call.Floats(nameof(input), input);
        call.Floats(nameof(output), output);
        call.Alike(nameof(input), input, nameof(output), output);
        call.InPlace(nameof(input), input, nameof(output), output);
        Statistics(call, new Normalisation(scale, shift, mean, variance, epsilon), input.Shape.Channels);
        Inner.BatchNorm(input, scale, shift, mean, variance, epsilon, output, samples);
        call.Border(nameof(output), output);
    }

    public void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon,
        Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(BatchNormFixedGradient), samples);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        call.Alike(nameof(outputGradient), outputGradient, nameof(inputGradient), inputGradient);
        call.InPlace(nameof(outputGradient), outputGradient, nameof(inputGradient), inputGradient);
        call.Vector(nameof(scale), scale, outputGradient.Shape.Channels);
        call.Vector(nameof(variance), variance, outputGradient.Shape.Channels);
        Inner.BatchNormFixedGradient(outputGradient, scale, variance, epsilon, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient);
    }

    public void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples)
    {
        var call = new Call(nameof(BatchNormGradient), samples);
        call.Floats(nameof(input), input);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        call.Alike(nameof(input), input, nameof(outputGradient), outputGradient);
        call.Alike(nameof(outputGradient), outputGradient, nameof(inputGradient), inputGradient);
        call.InPlace(nameof(outputGradient), outputGradient, nameof(inputGradient), inputGradient);
        call.Apart(nameof(input), input.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Statistics(call, new Normalisation(scale, scale, mean, variance, epsilon), input.Shape.Channels);
        call.Vector(nameof(scaleGradient), scaleGradient, input.Shape.Channels);
        call.Vector(nameof(shiftGradient), shiftGradient, input.Shape.Channels);
        Inner.BatchNormGradient(input, outputGradient, scale, mean, variance, epsilon, inputGradient, accumulate, scaleGradient, shiftGradient,
            samples);
        call.Written(nameof(inputGradient), inputGradient, input);
    }

    public void Readout(Activation scores, DeviceBuffer logits, int samples)
    {
        var call = new Call(nameof(Readout), samples);
        call.Floats(nameof(scores), scores);
        call.Require(scores.Shape is { Rows: 1, Columns: 1 }, "scores expected a map of one position");
        call.Vector(nameof(logits), logits, (long)samples * scores.Shape.Channels);
        Inner.Readout(scores, logits, samples);
    }

    public void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples)
    {
        var call = new Call(nameof(ReadoutGradient), samples);
        call.Floats(nameof(scoreGradient), scoreGradient);
        call.Require(scoreGradient.Shape is { Rows: 1, Columns: 1 }, "scoreGradient expected a map of one position");
        call.Vector(nameof(logitGradient), logitGradient, (long)samples * scoreGradient.Shape.Channels);
        Inner.ReadoutGradient(logitGradient, scoreGradient, samples);
        call.Written(nameof(scoreGradient), scoreGradient);
    }

    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null)
    {
        var call = new Call(nameof(LogitLoss), samples);
        var scores = (long)samples * classes;
        call.Vector(nameof(logits), logits, scores);
        call.Vector(nameof(reference), reference, scores);
        call.Vector(nameof(labels), labels, samples);
        call.Vector(nameof(losses), losses, samples);
        call.Vector(nameof(targets), targets, samples);
        call.Require(targets is not null || !loss.HasTarget(), $"targets expected a class for each sample, which {loss} asks for, found none");
        call.Require(reference is not null || !loss.HasReference(), $"reference expected logits, which {loss} asks for, found none");
        call.Vector(nameof(gradient), gradient, scores);
        call.Vector(nameof(referenceGradient), referenceGradient, scores);
        call.Apart(nameof(logits), logits, nameof(gradient), gradient);
        Classes(call, nameof(labels), labels, classes, samples);
        Classes(call, nameof(targets), loss.HasTarget() ? targets : null, classes, samples);
        Inner.LogitLoss(loss, logits, reference, labels, classes, scale, losses, gradient, referenceGradient, samples, targets);
    }

    /// <summary>Classes by their numbers: a device that knows them alone can refuse none.</summary>
    private static void Classes(Call call, string name, DeviceBuffer? buffer, int classes, int samples)
    {
        foreach (var found in buffer?.ToArray(samples) ?? [])
        {
            call.Require(found >= 0 && found < classes && found == MathF.Floor(found), $"{name} expected classes from 0 to {classes - 1}, found {found}");
        }
    }

    private static void Connected(Call call, ConvolutionGeometry geometry, ActivationShape input, ActivationShape output, int inputBorder,
        int outputBorder)
    {
        call.Require((input.Channels, input.Rows, input.Columns) == (geometry.Inputs, geometry.InputRows, geometry.InputColumns),
            $"input expected {geometry.Inputs} × {geometry.InputRows} × {geometry.InputColumns}, found {input.Channels} × {input.Rows} × {input.Columns}");
        call.Require((output.Channels, output.Rows, output.Columns) == (geometry.Outputs, geometry.OutputRows, geometry.OutputColumns),
            $"output expected {geometry.Outputs} × {geometry.OutputRows} × {geometry.OutputColumns}, found {output.Channels} × {output.Rows} × {output.Columns}");
        call.Require(input.Border >= inputBorder, $"input expected a border of at least {inputBorder}, found {input.Border}");
        call.Require(output.Border >= outputBorder, $"output expected a border of at least {outputBorder}, found {output.Border}");
    }

    private static void Statistics(Call call, Normalisation normalisation, int channels)
    {
        call.Vector("scale", normalisation.Scale, channels);
        call.Vector("shift", normalisation.Shift, channels);
        call.Vector("mean", normalisation.Mean, channels);
        call.Vector("variance", normalisation.Variance, channels);
    }
}
