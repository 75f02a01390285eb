using RobustSnn.Contract.Cases;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Refusals;

/// <summary>Operations that take no bits say so, instead of reading them as floats.</summary>
public static class BitRefusals
{
    private const int Samples = 3;

    private static readonly ActivationShape Floats = new(2, 2, 2, 1, LaneLayout.Choose(Samples, 4));
    private static readonly NeuronModel Model = new(1, Reset.Hard);

    private static readonly (string Name, Action<Operands> Run)[] Operations =
    [
        ("Normalise", o => o.Backend.Normalise(o.Buffer, o.Buffer, o.Buffer, o.Bits, Samples)),
        ("NormaliseGradient", o => o.Backend.NormaliseGradient(o.Bits, o.Buffer, o.Buffer, Samples)),
        ("Convolve, output", o => o.Backend.Convolve(o.Connection, null, o.Floats, o.Bits, Samples)),
        ("ConvolveInputGradient, output's", o => o.Backend.ConvolveInputGradient(o.Connection, o.Bits, o.Floats, false, Samples)),
        ("ConvolveInputGradient, input's", o => o.Backend.ConvolveInputGradient(o.Connection, o.Floats, o.Bits, false, Samples)),
        ("ConvolveWeightGradient, output's", o => o.Backend.ConvolveWeightGradient(o.Connection, o.Floats, o.Bits, o.Buffer, null, Samples)),
        ("BatchStatistics", o => o.Backend.BatchStatistics(o.Bits, o.Buffer, o.Buffer, Samples)),
        ("BatchNorm", o => o.Backend.BatchNorm(o.Bits, o.Buffer, o.Buffer, o.Buffer, o.Buffer, 1, o.Floats, Samples)),
        ("BatchNormFixedGradient", o => o.Backend.BatchNormFixedGradient(o.Bits, o.Buffer, o.Buffer, 1, o.Floats, false, Samples)),
        ("BatchNormGradient", o => o.Backend.BatchNormGradient(o.Bits, o.Floats, o.Buffer, o.Buffer, o.Buffer, 1, o.Floats, false, o.Buffer,
            o.Buffer, Samples)),
        ("Relu", o => o.Backend.Relu(o.Bits, o.Floats, Samples)),
        ("ReluGradient", o => o.Backend.ReluGradient(o.Bits, o.Floats, o.Floats, false, Samples)),
        ("Neuron, current", o => o.Backend.Neuron(Model, o.Bits, o.Buffer, null, o.Bits, Samples)),
        ("Neuron, membrane", o => o.Backend.Neuron(Model, o.Floats, o.Buffer, o.Bits, o.Bits, Samples)),
        ("NeuronGradient", o => o.Backend.NeuronGradient(Model, Surrogate.Default, o.Floats, o.Buffer, o.Bits, o.Floats, false, null, Samples)),
        ("NeuronRateGradient", o => o.Backend.NeuronRateGradient(Model, o.Bits, o.Buffer, o.Floats, o.Floats, false, Samples)),
        ("NeuronMeanCurrentGradient", o => o.Backend.NeuronMeanCurrentGradient(Model, o.Bits, o.Buffer, o.Floats, o.Floats, false, Samples)),
        ("NeuronMeanGradient", o => o.Backend.NeuronMeanGradient(Model, o.Bits, o.Buffer, o.Floats, o.Floats, false, Samples)),
        ("PotentialSlopes, membrane", o => o.Backend.PotentialSlopes(o.Bits, o.Buffer, o.Floats, Samples)),
        ("PotentialSlopes, slopes", o => o.Backend.PotentialSlopes(o.Floats, o.Buffer, o.Bits, Samples)),
        ("DropSamples", o => o.Backend.DropSamples(o.Buffer, o.Bits, Samples)),
        ("FillSamples", o => o.Backend.FillSamples(o.Bits, o.Buffer, 1, Samples)),
        ("AdaptSharpness, membrane", o => o.Backend.AdaptSharpness(1, o.Bits, o.Buffer, o.Floats, o.Floats, o.Floats, true, Samples)),
        ("AdaptSharpness, memory", o => o.Backend.AdaptSharpness(1, o.Floats, o.Buffer, o.Floats, o.Bits, o.Floats, true, Samples)),
        ("AdaptSharpness, slopes", o => o.Backend.AdaptSharpness(1, o.Floats, o.Buffer, o.Floats, o.Floats, o.Bits, true, Samples)),
        ("NeuronSlopeGradient, slopes", o => o.Backend.NeuronSlopeGradient(Model, o.Bits, o.Floats, o.Buffer, o.Floats, o.Floats, false, Samples)),
        ("NeuronSlopeGradient, gradient", o => o.Backend.NeuronSlopeGradient(Model, o.Floats, o.Floats, o.Buffer, o.Bits, o.Floats, false, Samples)),
        ("NormNeuron", o => o.Backend.NormNeuron(o.Normalisation, Model, o.Bits, o.Buffer, o.Bits, Samples)),
        ("NormNeuronFixedGradient", o => o.Backend.NormNeuronFixedGradient(o.Normalisation, Model, NeuronGradient.Default, o.Floats, o.Buffer,
            o.Bits, o.Floats, false, Samples)),
        ("NormNeuronGradient", o => o.Backend.NormNeuronGradient(o.Normalisation, Model, NeuronGradient.Rate, o.Bits, o.Buffer, o.Floats, o.Floats,
            false, o.Buffer, o.Buffer, o.Buffer, Samples)),
        ("Unpack, floats", o => o.Backend.Unpack(o.Floats, o.Floats, Samples)),
        ("Unpack, to bits", o => o.Backend.Unpack(o.Bits, o.Bits, Samples)),
        ("Dropout", o => o.Backend.Dropout(o.Bits, 0.5f, default, o.Numbers, Samples)),
        ("AveragePool, output", o => o.Backend.AveragePool(o.Bits, o.Bits, Samples)),
        ("AveragePoolGradient", o => o.Backend.AveragePoolGradient(o.Bits, o.Floats, false, Samples)),
        ("MaxPool, output of floats", o => o.Backend.MaxPool(o.Floats, o.Bits, Samples)),
        ("MaxPoolGradient, output's", o => o.Backend.MaxPoolGradient(o.Bits, o.Bits, o.Floats, false, Samples)),
        ("MaxPoolGradient, input's", o => o.Backend.MaxPoolGradient(o.Bits, o.Floats, o.Bits, false, Samples)),
        ("OverlappingMaxPool, input", o => o.Backend.OverlappingMaxPool(new PoolWindow(1, 1, 0), o.Bits, o.Floats, Samples)),
        ("OverlappingMaxPool, output", o => o.Backend.OverlappingMaxPool(new PoolWindow(1, 1, 0), o.Floats, o.Bits, Samples)),
        ("OverlappingMaxPoolGradient, input",
            o => o.Backend.OverlappingMaxPoolGradient(new PoolWindow(1, 1, 0), o.Bits, o.Floats, o.Floats, false, Samples)),
        ("OverlappingMaxPoolGradient, input's",
            o => o.Backend.OverlappingMaxPoolGradient(new PoolWindow(1, 1, 0), o.Floats, o.Floats, o.Bits, false, Samples)),
        ("WeightedSum, output", o => o.Backend.WeightedSum(o.Bits, o.Floats, o.Buffer, o.Bits, Samples)),
        ("WeightedSumGradient", o => o.Backend.WeightedSumGradient(o.Bits, o.Buffer, 0, o.Floats, false, Samples)),
        ("WeightedSumCoefficientGradient, gradient",
            o => o.Backend.WeightedSumCoefficientGradient(o.Bits, o.Bits, o.Buffer, 0, Samples)),
        ("Readout", o => o.Backend.Readout(o.Bits, o.Buffer, Samples)),
        ("ReadoutGradient", o => o.Backend.ReadoutGradient(o.Buffer, o.Bits, Samples)),
        ("KthSmallest", o => o.Backend.KthSmallest(o.Bits, 1, Samples)),
    ];

    public static IEnumerable<Refusal> All =>
        from operation in Operations
        select new Refusal(operation.Name, typeof(ArgumentException), backend => Run(backend, operation.Run));

    private static void Run(IBackend backend, Action<Operands> run)
    {
        var bitShape = BitCases.Bits(Floats);
        using var weights = backend.Allocate(36);
        using var buffer = backend.Allocate(Floats.Length);
        using var floats = backend.Allocate(Floats.Length);
        using var bits = backend.Allocate(bitShape.Length);
        using var numbers = backend.Allocate(Samples, ElementType.Int32);
        using var connection = backend.Connect(ConvolutionGeometry.Convolution(2, 2, 2, 2, 3, 1, 1), weights);
        run(new Operands(backend, new Activation(Floats, floats), new Activation(bitShape, bits), buffer, numbers, connection));
    }

    private sealed record Operands(
        IBackend Backend, Activation Floats, Activation Bits, DeviceBuffer Buffer, DeviceBuffer Numbers, Connection Connection)
    {
        public Normalisation Normalisation => new(Buffer, Buffer, Buffer, Buffer, 1);
    }
}
