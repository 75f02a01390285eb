using System.Runtime.InteropServices;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Cuda.Products;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>
/// A layer and its neurons in one: on tensor cores (native/kernels/convolveNeuronProducts.cu, convolveNeuronUnions.cu) or over lists
/// (sparseNeuron.cu); otherwise a layer and its neurons with currents in memory.
/// </summary>
public sealed partial class CudaBackend
{
    private Kernel<SparseNeuronArguments> SparseNeuron4Kernel => field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron4");

    private Kernel<SparseNeuronArguments> SparseNeuron8Kernel => field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron8");

    private Kernel<SparseNeuronArguments> SparseNeuron16Kernel => field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron16");

    private Kernel<SparseNeuronArguments> SparseNeuron4OfFourKernel =>
        field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron4OfFour");

    private Kernel<SparseNeuronArguments> SparseNeuron8OfFourKernel =>
        field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron8OfFour");

    private Kernel<SparseNeuronArguments> SparseNeuron16OfFourKernel =>
        field ??= kernels.Load<SparseNeuronArguments>("sparseNeuron", "sparseNeuron16OfFour");

    private Kernel<ClearBorderArguments> ClearBorderKernel => field ??= kernels.Load<ClearBorderArguments>("convolution", "clearBorder");

    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        using var turn = TakeTurn();
        var layer = (CudaConnection)connection;
        if (!window.IsOne)
        {
            input = Means(layer.Geometry, input, window, samples);
        }

        CheckBorder(input.Shape, layer.Geometry.Padding);
        if (Routes.Firing(layer.Geometry, layer.Pattern, input.Shape, spikes.Shape, device.MostSharedBytes) is { } way)
        {
            switch (way)
            {
                case Way.SpikeProducts:
                    products.Fire(layer.SpikeWeights, Firing(layer.Geometry, bias, neuron, threshold, input, spikes, samples), spikes.Shape);
                    break;
                case Way.UnionProducts:
                    products.Fire(
                        layer.UnionWeights, layer.Geometry, Firing(layer.Geometry, bias, neuron, threshold, input, spikes, samples), spikes.Shape);
                    break;
                default:
                    SparseNeuron(layer, bias, neuron, threshold, input, spikes, samples);
                    break;
            }

            layer.Take(LayerPass.Forward, new Route(way, IsBits: true, Fires: true));
            return;
        }

        var current = currents.Of(spikes.Shape with { Border = 0, Lanes = input.Shape.Lanes, Storage = Storage.Floats });
        Convolve(connection, bias, input, current, samples);
        Neuron(neuron, current, threshold, null, spikes, samples);
    }

    private static ProductKernels.FiringLayer Firing(ConvolutionGeometry g, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold,
        Activation input, Activation spikes, int samples) => new(
        new ActivationView(input), new ActivationView(spikes), Scales: 0, ReadingOrNull(bias, g.Outputs), Reading(threshold, 1), (float)neuron.Leak,
        neuron.Reset.IsHard ? 1 : 0, g.KernelRows, g.KernelColumns, g.StrideRows, g.StrideColumns, g.Padding, (uint)samples,
        (uint)spikes.Shape.Lanes.BlocksOf(samples));

    private void SparseNeuron(CudaConnection layer, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        Activation spikes, int samples)
    {
        var (g, shape) = (layer.Geometry, spikes.Shape);
        var areFours = shape.Lanes.BlockSamples % LanesOfFour == 0;
        var shares = areFours ? shape.Lanes.BlockSamples / LanesOfFour : shape.Lanes.BlockSamples;
        var columns = Math.Clamp((int)LaunchSize.BlockThreads / shares, 1, shape.Columns);
        var groups = (shape.Columns + columns - 1) / columns;
        var rows = LaunchSize.OfRows(shape, samples, 1);
        var kernel = shape.Lanes.Steps switch
        {
            <= 4 => areFours ? SparseNeuron4OfFourKernel : SparseNeuron4Kernel,
            <= 8 => areFours ? SparseNeuron8OfFourKernel : SparseNeuron8Kernel,
            _ => areFours ? SparseNeuron16OfFourKernel : SparseNeuron16Kernel,
        };
        kernel.Launch(rows with { X = (uint)(groups * shape.Channels) }, new SparseNeuronArguments(
            ConnectionsView.ByOutputs(g, layer.Lists!, Weights(layer)), TapsView.ReadBy(g, input.Shape), new ActivationView(input),
            new ActivationView(spikes), ReadingOrNull(bias, g.Outputs), Reading(threshold, 1), (float)neuron.Leak, neuron.Reset.IsSoft ? 1 : 0,
            LaunchSize.RowCount(shape, samples), (uint)samples, (uint)columns));
    }

    /// <summary>Means over windows of an input, framed by the zeros that the layer reads.</summary>
    private Activation Means(ConvolutionGeometry g, Activation input, MeanWindow window, int samples)
    {
        var pooled = means.Of(window.Over(input.Shape, g));
        var shape = pooled.Shape;
        if (shape.Border > 0)
        {
            var framed = shape with { Rows = shape.Rows + 2 * shape.Border, Columns = shape.Columns + 2 * shape.Border };
            ClearBorderKernel.Launch(LaunchSize.OfFours(framed, samples),
                new ClearBorderArguments(new ActivationView(pooled), shape.Border, LaunchSize.RowCount(framed, samples)));
        }

        AveragePool(input, pooled, samples);
        return pooled;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SparseNeuronArguments(
        ConnectionsView Connections, TapsView Taps, ActivationView Source, ActivationView Spikes, ulong Bias, ulong Threshold, float Leak,
        int IsSoft, uint Rows, uint Samples, uint Columns);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ClearBorderArguments(ActivationView Target, int Border, uint Rows);
}
