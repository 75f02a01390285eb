using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine.Checked;

/// <summary>Neurons, what is done to single values, pooling and joining.</summary>
public sealed partial class CheckedBackend
{
    public void Relu(Activation input, Activation output, int samples)
    {
        var call = new Call(nameof(Relu), samples);
        call.Floats(nameof(input), input);
        call.Floats(nameof(output), output);
        call.Alike(nameof(input), input, nameof(output), output);
        call.InPlace(nameof(input), input, nameof(output), output);
        Inner.Relu(input, output, samples);
        call.Border(nameof(output), output);
    }

    public void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(ReluGradient), samples);
        call.Floats(nameof(output), output);
        Gradients(call, outputGradient, inputGradient, accumulate);
        call.Alike(nameof(output), output, nameof(outputGradient), outputGradient);
        Inner.ReluGradient(output, outputGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient, output);
    }

    public void Unpack(Activation spikes, Activation output, int samples)
    {
        var call = new Call(nameof(Unpack), samples);
        call.Value(nameof(spikes), spikes);
        call.Require(spikes.Shape.IsBits, "spikes expected bits, found floats");
        call.Floats(nameof(output), output);
        call.Alike(nameof(spikes), spikes, nameof(output), output);
        Inner.Unpack(spikes, output, samples);
        call.Border(nameof(output), output);
    }

    public void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples)
    {
        var call = new Call(nameof(Dropout), samples);
        call.Floats(nameof(values), values);
        call.Require(rate is >= 0 and < 1, $"rate expected 0 to below 1, found {rate}");
        call.Vector(nameof(numbers), numbers, samples, ElementType.Int32);
        Inner.Dropout(values, rate, key, numbers, samples);
        call.Border(nameof(values), values);
    }

    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        var call = new Call(nameof(Neuron), samples);
        call.Floats(nameof(current), current);
        call.Value(nameof(spikes), spikes);
        call.Alike(nameof(current), current, nameof(spikes), spikes);
        call.InPlace(nameof(current), current, nameof(spikes), spikes);
        call.Thresholds(threshold, spikes.Shape);
        if (membrane is not null)
        {
            call.Floats(nameof(membrane), membrane);
            call.Alike(nameof(membrane), membrane, nameof(spikes), spikes);
            call.Require(membrane.Shape.Lanes.Steps == spikes.Shape.Lanes.Steps, "membrane expected as many steps as spikes");
            call.InPlace(nameof(current), current, nameof(membrane), membrane);
            call.Apart(nameof(membrane), membrane.Buffer, nameof(spikes), spikes.Buffer);
            call.Apart(nameof(current), current.Buffer, nameof(spikes), spikes.Buffer);
        }

        Inner.Neuron(neuron, current, threshold, membrane, spikes, samples);
        Fired(call, spikes);
    }

    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        var call = new Call(nameof(ConvolveNeuron), samples);
        call.Value(nameof(input), input);
        call.Value(nameof(spikes), spikes);
        call.Require(window is { Rows: >= 1, Columns: >= 1 }, $"window expected at least 1 × 1, found {window}");
        call.Require(window.IsOne || input.Shape.IsBits, "input expected bits, of which means over windows are taken, found floats");
        var read = window.IsOne ? input.Shape : window.Over(input.Shape, connection.Geometry);
        Connected(call, connection.Geometry, read, spikes.Shape, connection.Geometry.Padding, 0);
        call.SameLanes(nameof(input), input, nameof(spikes), spikes);
        call.Vector(nameof(bias), bias, connection.Geometry.Outputs);
        call.Require(threshold.Length == 1, $"threshold expected 1 element, found {threshold.Length}");
        call.Apart(nameof(input), input.Buffer, nameof(spikes), spikes.Buffer);
        Inner.ConvolveNeuron(connection, bias, neuron, threshold, input, window, spikes, samples);
        Fired(call, spikes);
    }

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        var call = new Call(nameof(NeuronGradient), samples);
        call.Floats(nameof(membrane), membrane);
        call.Thresholds(threshold, membrane.Shape);
        call.Vector(nameof(thresholdGradient), thresholdGradient, threshold.Length);
        Gradients(call, spikeGradient, currentGradient, accumulate);
        call.Alike(nameof(membrane), membrane, nameof(spikeGradient), spikeGradient);
        Inner.NeuronGradient(neuron, surrogate, membrane, threshold, spikeGradient, currentGradient, accumulate, thresholdGradient, samples);
        call.Written(nameof(currentGradient), currentGradient, membrane);
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(NeuronRateGradient), samples);
        Membranes(call, membrane, threshold, spikeGradient, currentGradient, accumulate);
        Inner.NeuronRateGradient(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);
        call.Written(nameof(currentGradient), currentGradient, membrane);
    }

    public void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(NeuronMeanCurrentGradient), samples);
        Membranes(call, membrane, threshold, spikeGradient, currentGradient, accumulate);
        Inner.NeuronMeanCurrentGradient(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);
        call.Written(nameof(currentGradient), currentGradient, membrane);
    }

    public void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(NeuronMeanGradient), samples);
        Membranes(call, membrane, threshold, spikeGradient, currentGradient, accumulate);
        Inner.NeuronMeanGradient(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);
        call.Written(nameof(currentGradient), currentGradient, membrane);
    }

    /// <summary>What a gradient takes from spikes to currents.</summary>
    private static void Membranes(Call call, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient,
        bool accumulate)
    {
        call.Floats(nameof(membrane), membrane);
        call.Thresholds(threshold, membrane.Shape);
        Gradients(call, spikeGradient, currentGradient, accumulate);
        call.Alike(nameof(membrane), membrane, nameof(spikeGradient), spikeGradient);
    }

    public void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes,
        int samples)
    {
        var call = new Call(nameof(NormNeuron), samples);
        NormNeuronInput(call, normalisation, input, threshold);
        call.Value(nameof(spikes), spikes);
        call.Alike(nameof(input), input, nameof(spikes), spikes);
        call.InPlace(nameof(input), input, nameof(spikes), spikes);
        Inner.NormNeuron(normalisation, neuron, input, threshold, spikes, samples);
        Fired(call, spikes);
    }

    public void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(NormNeuronFixedGradient), samples);
        NormNeuronInput(call, normalisation, input, threshold);
        Gradients(call, spikeGradient, inputGradient, accumulate);
        call.Alike(nameof(input), input, nameof(spikeGradient), spikeGradient);
        call.Apart(nameof(input), input.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Inner.NormNeuronFixedGradient(normalisation, neuron, gradient, input, threshold, spikeGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient, input);
    }

    public void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient,
        DeviceBuffer shiftGradient, DeviceBuffer thresholdGradient, int samples)
    {
        var call = new Call(nameof(NormNeuronGradient), samples);
        NormNeuronInput(call, normalisation, input, threshold);
        Gradients(call, spikeGradient, inputGradient, accumulate);
        call.Alike(nameof(input), input, nameof(spikeGradient), spikeGradient);
        call.Apart(nameof(input), input.Buffer, nameof(inputGradient), inputGradient.Buffer);
        call.Vector(nameof(scaleGradient), scaleGradient, input.Shape.Channels);
        call.Vector(nameof(shiftGradient), shiftGradient, input.Shape.Channels);
        call.Vector(nameof(thresholdGradient), thresholdGradient, 1);
        Inner.NormNeuronGradient(normalisation, neuron, gradient, input, threshold, spikeGradient, inputGradient, accumulate, scaleGradient,
            shiftGradient, thresholdGradient, samples);
        call.Written(nameof(inputGradient), inputGradient, input);
    }

    public void AveragePool(Activation input, Activation output, int samples)
    {
        var call = new Call(nameof(AveragePool), samples);
        call.Value(nameof(input), input);
        call.Floats(nameof(output), output);
        call.Windows(input, output);
        call.Apart(nameof(input), input.Buffer, nameof(output), output.Buffer);
        Inner.AveragePool(input, output, samples);
        call.Border(nameof(output), output);
    }

    public void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(AveragePoolGradient), samples);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        call.Windows(inputGradient, outputGradient);
        call.Apart(nameof(outputGradient), outputGradient.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Inner.AveragePoolGradient(outputGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient);
    }

    public void MaxPool(Activation input, Activation output, int samples)
    {
        var call = new Call(nameof(MaxPool), samples);
        call.Value(nameof(input), input);
        call.Value(nameof(output), output);
        call.Require(input.Shape.IsBits || !output.Shape.IsBits, "output expected floats, as the input, found bits");
        call.Windows(input, output);
        call.Apart(nameof(input), input.Buffer, nameof(output), output.Buffer);
        Inner.MaxPool(input, output, samples);
        call.Border(nameof(output), output);
    }

    public void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(MaxPoolGradient), samples);
        call.Value(nameof(input), input);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        call.Windows(inputGradient, outputGradient);
        call.Alike(nameof(input), input, nameof(inputGradient), inputGradient);
        call.Apart(nameof(input), input.Buffer, nameof(inputGradient), inputGradient.Buffer);
        call.Apart(nameof(outputGradient), outputGradient.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Inner.MaxPoolGradient(input, outputGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient, input);
    }

    public void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples)
    {
        var call = new Call(nameof(OverlappingMaxPool), samples);
        call.Floats(nameof(input), input);
        call.Floats(nameof(output), output);
        call.Windows(window, input, output);
        call.Apart(nameof(input), input.Buffer, nameof(output), output.Buffer);
        Inner.OverlappingMaxPool(window, input, output, samples);
        call.Border(nameof(output), output);
    }

    public void OverlappingMaxPoolGradient(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var call = new Call(nameof(OverlappingMaxPoolGradient), samples);
        call.Floats(nameof(input), input);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Target(nameof(inputGradient), inputGradient, accumulate);
        call.Windows(window, inputGradient, outputGradient);
        call.Alike(nameof(input), input, nameof(inputGradient), inputGradient);
        call.Apart(nameof(input), input.Buffer, nameof(inputGradient), inputGradient.Buffer);
        call.Apart(nameof(outputGradient), outputGradient.Buffer, nameof(inputGradient), inputGradient.Buffer);
        Inner.OverlappingMaxPoolGradient(window, input, outputGradient, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient, input);
    }

    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples)
    {
        var call = new Call(nameof(WeightedSum), samples);
        call.Value(nameof(first), first);
        call.Value(nameof(second), second);
        call.Floats(nameof(output), output);
        call.Alike(nameof(first), first, nameof(output), output);
        call.Alike(nameof(second), second, nameof(output), output);
        call.Vector(nameof(coefficients), coefficients, 2);
        Inner.WeightedSum(first, second, coefficients, output, samples);
        call.Border(nameof(output), output);
    }

    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples)
    {
        var call = new Call(nameof(WeightedSumGradient), samples);
        Gradients(call, outputGradient, inputGradient, accumulate);
        Coefficient(call, coefficients, index);
        Inner.WeightedSumGradient(outputGradient, coefficients, index, inputGradient, accumulate, samples);
        call.Written(nameof(inputGradient), inputGradient);
    }

    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index,
        int samples)
    {
        var call = new Call(nameof(WeightedSumCoefficientGradient), samples);
        call.Value(nameof(input), input);
        call.Gradient(nameof(outputGradient), outputGradient);
        call.Alike(nameof(input), input, nameof(outputGradient), outputGradient);
        Coefficient(call, coefficientGradient, index);
        Inner.WeightedSumCoefficientGradient(input, outputGradient, coefficientGradient, index, samples);
    }

    private static void Gradients(Call call, Activation outputGradient, Activation inputGradient, bool accumulate)
    {
        call.Gradient("the gradient that is read", outputGradient);
        call.Target("the gradient that is written", inputGradient, accumulate);
        call.Alike("the gradient that is read", outputGradient, "the gradient that is written", inputGradient);
        call.InPlace("the gradient that is read", outputGradient, "the gradient that is written", inputGradient);
    }

    private static void NormNeuronInput(Call call, Normalisation normalisation, Activation input, DeviceBuffer threshold)
    {
        call.Floats(nameof(input), input);
        Statistics(call, normalisation, input.Shape.Channels);
        call.Require(threshold.Length == 1, $"threshold expected 1 element, found {threshold.Length}");
    }

    private static void Coefficient(Call call, DeviceBuffer coefficients, int index)
    {
        call.Vector(nameof(coefficients), coefficients, 2);
        call.Require(index is 0 or 1, $"index expected 0 or 1, found {index}");
    }

    private static void Fired(Call call, Activation spikes)
    {
        call.Border(nameof(spikes), spikes);
        if (spikes.Shape.IsBits)
        {
            call.SpareLanes(nameof(spikes), spikes);
        }
    }
}
