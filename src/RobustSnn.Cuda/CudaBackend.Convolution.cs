using System.Runtime.InteropServices;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Layers, dense and pruned, in the ways that <see cref="Routes"/> chooses (native/kernels/convolution.cu has what these share).</summary>
public sealed partial class CudaBackend
{
    private Kernel<FillRowsArguments> FillRowsKernel => field ??= kernels.Load<FillRowsArguments>("convolution", "fillRows");

    private Kernel<ChannelSumsArguments> ChannelSumsKernel => field ??= kernels.Load<ChannelSumsArguments>("convolution", "channelSums");

    private Kernel<AddPartsArguments> AddPartsKernel => field ??= kernels.Load<AddPartsArguments>("convolution", "addParts");

    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null)
    {
        using var turn = TakeTurn();
        return new CudaConnection(device, geometry, weights, pattern, products, precision.Halves, Pack);
    }

    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var layer = (CudaConnection)connection;
        CheckBorder(input.Shape, layer.Geometry.Padding);
        var way = Routes.Forward(layer.Geometry, layer.Pattern, input.Shape);
        if (way == Way.SparseProduct && !TrySparseProduct(layer, bias, input, output, samples))
        {
            way = Way.ByOutputs;
        }

        if (way == Way.Products)
        {
            DenseConvolve(layer, bias, input, output, samples);
        }
        else if (way == Way.ByOutputs)
        {
            SparseConvolve(layer, bias, input, output, samples);
        }

        layer.Take(LayerPass.Forward, new Route(way, input.Shape.IsBits));
    }

    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var layer = (CudaConnection)connection;
        var way = Routes.InputGradient(layer.Geometry, layer.Pattern, LayerProducts.Gathers(layer.Geometry, outputGradient.Shape));
        switch (way)
        {
            case Way.GatheredProducts:
                DenseGatheredGradient(layer, outputGradient, inputGradient, accumulate, samples);
                break;
            case Way.ScatteredProducts:
                DenseScatteredGradient(layer, outputGradient, inputGradient, accumulate, samples);
                break;
            case Way.ByInputs:
                SparseGatheredGradient(layer, outputGradient, inputGradient, accumulate, samples);
                break;
            default:
                SparseStridedGradient(layer, outputGradient, inputGradient, accumulate, samples);
                break;
        }

        layer.Take(LayerPass.InputGradient, new Route(way, IsBits: false));
    }

    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        using var turn = TakeTurn();
        var layer = (CudaConnection)connection;
        CheckBorder(input.Shape, layer.Geometry.Padding);
        var gradient = ActivationView.OfFloats(outputGradient);
        var target = Changing(weightGradient, layer.Weights.Length);
        var way = Routes.WeightGradient(layer.Geometry, layer.Pattern);
        if (way == Way.Products)
        {
            DenseWeightGradient(layer, input, outputGradient, target, samples);
        }
        else
        {
            SparseWeightGradient(layer, input, outputGradient, target, samples);
        }

        layer.Take(LayerPass.WeightGradient, new Route(way, input.Shape.IsBits));
        if (biasGradient is not null)
        {
            BiasGradient(outputGradient.Shape, gradient, Changing(biasGradient, layer.Geometry.Outputs), samples);
        }
    }

    /// <summary>Convolutions read the zeros round a map.</summary>
    /// <exception cref="ArgumentException">There are too few of them.</exception>
    private static void CheckBorder(ActivationShape input, int padding)
    {
        if (input.Border < padding)
        {
            throw new ArgumentException($"the layer reads {padding} positions over the edge, its input has a border of {input.Border}", nameof(input));
        }
    }

    /// <summary>Sets every lane to its channel's bias, or to 0.</summary>
    private void FillRows(Activation target, ulong bias, int samples) => FillRowsKernel.Launch(
        LaunchSize.OfFours(target.Shape, samples),
        new FillRowsArguments(ActivationView.OfFloats(target), bias, LaunchSize.RowCount(target.Shape, samples)));

    private void BiasGradient(ActivationShape shape, ActivationView gradient, ulong target, int samples)
    {
        var rows = LaunchSize.RowCount(shape, samples);
        var parts = Routes.BiasGradientParts((int)rows);
        var partial = scratch.Take((long)parts * shape.Channels * sizeof(double));
        ChannelSumsKernel.Launch(new LaunchSize((uint)shape.Channels, (uint)parts), new ChannelSumsArguments(gradient, partial, rows));
        AddParts(partial, target, shape.Channels, parts);
    }

    private void AddParts(ulong partial, ulong target, int count, int parts) =>
        AddPartsKernel.Launch(LaunchSize.Flat(count), new AddPartsArguments(partial, target, (uint)count, (uint)parts));

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FillRowsArguments(ActivationView Target, ulong Bias, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ChannelSumsArguments(ActivationView Gradient, ulong Partial, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AddPartsArguments(ulong Partial, ulong Target, uint Count, uint Parts);
}
