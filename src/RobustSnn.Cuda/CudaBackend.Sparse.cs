using System.Runtime.InteropServices;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Pruned layers over the lists of their connections (native/kernels/sparse.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<SparseGatherArguments> SparseGatherFloatsKernel => field ??= kernels.Load<SparseGatherArguments>("sparse", "sparseGatherFloats");

    private Kernel<SparseGatherArguments> SparseGatherBitsKernel => field ??= kernels.Load<SparseGatherArguments>("sparse", "sparseGatherBits");

    private Kernel<SparseGatherArguments> SparseGatherWordsKernel => field ??= kernels.Load<SparseGatherArguments>("sparse", "sparseGatherWords");

    private Kernel<SparseStridedGradientArguments> SparseStridedGradientKernel =>
        field ??= kernels.Load<SparseStridedGradientArguments>("sparse", "sparseStridedGradient");

    private Kernel<SparseWeightGradientArguments> SparseWeightGradientFloatsKernel =>
        field ??= kernels.Load<SparseWeightGradientArguments>("sparse", "sparseWeightGradientFloats");

    private Kernel<SparseWeightGradientArguments> SparseWeightGradientBitsKernel =>
        field ??= kernels.Load<SparseWeightGradientArguments>("sparse", "sparseWeightGradientBits");

    private void SparseConvolve(CudaConnection layer, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        var g = layer.Geometry;
        SparseGather(
            ConnectionsView.ByOutputs(g, layer.Lists!, Weights(layer)), TapsView.ReadBy(g, input.Shape), input, output, ReadingOrNull(bias, g.Outputs),
            accumulate: false, samples);
    }

    /// <summary>A linear layer over a map of one position, whose inputs and outputs are a matrix each in every lane block.</summary>
    /// <returns>False where cuSPARSE asks for too much memory: the outputs are still to be computed then.</returns>
    private bool TrySparseProduct(CudaConnection layer, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        var (g, lists) = (layer.Geometry, layer.Lists!);
        _ = (ActivationView.OfFloats(input), ActivationView.OfFloats(output));
        var product = new SparseProduct(
            g.Outputs, g.Inputs, input.Shape.Lanes.Width, lists.Count, lists.OutputStarts, lists.Columns, Weights(layer));
        var buffer = scratch.Take(Cusparse.MostBufferBytes);
        if (bias is not null)
        {
            FillRows(output, Reading(bias, g.Outputs), samples);
        }

        var isDone = true;
        for (var block = 0; isDone && block < input.Shape.Lanes.BlocksOf(samples); block++)
        {
            isDone = cusparse.TryMultiply(product, AddressOf(input, block), AddressOf(output, block), buffer, adds: bias is not null);
        }

        return isDone; // blocks are alike: all of them are, or none
    }

    /// <summary>Address of the floats at the one position of a lane block.</summary>
    private static ulong AddressOf(Activation values, int block) =>
        CudaBuffer.AddressOf(values.Buffer) + (ulong)values.Shape.Offset(block, 0, 0) * sizeof(float);

    private void SparseGatheredGradient(CudaConnection layer, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var g = layer.Geometry;
        _ = ActivationView.OfFloats(outputGradient);
        SparseGather(
            ConnectionsView.ByInputs(g, layer.Lists!, Weights(layer)), TapsView.ReadBackBy(g, outputGradient.Shape), outputGradient, inputGradient,
            bias: 0, accumulate, samples);
    }

    private void SparseGather(ConnectionsView connections, TapsView taps, Activation source, Activation target, ulong bias, bool accumulate,
        int samples)
    {
        var arguments = new SparseGatherArguments(connections, taps, new ActivationView(source), ActivationView.OfFloats(target), bias,
            LaunchSize.RowCount(target.Shape, samples), accumulate ? 1 : 0);
        var lanes = !source.Shape.IsBits ? LanesOfFour : Routes.ReadsWords(source.Shape, target.Shape) ? LanesOfWord : LanesOfByte;
        var kernel = lanes switch
        {
            LanesOfFour => SparseGatherFloatsKernel,
            LanesOfByte => SparseGatherBitsKernel,
            _ => SparseGatherWordsKernel,
        };
        kernel.Launch(ByChannels(target.Shape, samples, target.Shape.Columns * ((target.Shape.Lanes.Width + lanes - 1) / lanes)), arguments);
    }

    private void SparseStridedGradient(CudaConnection layer, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var (g, lists) = (layer.Geometry, layer.Lists!);
        var shape = inputGradient.Shape;
        SparseStridedGradientKernel.Launch(
            ByChannels(shape, samples, shape.Columns * shape.Lanes.Width / LanesOfFour),
            new SparseStridedGradientArguments(ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient), Weights(layer),
                lists.Order, lists.Outputs, lists.Starts, LaunchSize.RowCount(shape, samples), g.KernelRows, g.KernelColumns, g.StrideRows,
                g.StrideColumns, g.Padding, accumulate ? 1 : 0));
    }

    private void SparseWeightGradient(CudaConnection layer, Activation input, Activation outputGradient, ulong weightGradient, int samples)
    {
        var (g, lists) = (layer.Geometry, layer.Lists!);
        if (lists.Count == 0)
        {
            return;
        }

        var rows = LaunchSize.RowCount(outputGradient.Shape, samples);
        var parts = Routes.WeightGradientParts(lists.Count, (int)rows);
        var partial = scratch.Take((long)parts * lists.Count * sizeof(double));
        (input.Shape.IsBits ? SparseWeightGradientBitsKernel : SparseWeightGradientFloatsKernel).Launch(
            new LaunchSize((uint)lists.Count, (uint)parts),
            new SparseWeightGradientArguments(ConnectionsView.ByOutputs(g, lists, Weights(layer)), TapsView.ReadBy(g, input.Shape),
                new ActivationView(input), ActivationView.OfFloats(outputGradient), partial, rows));
        AddParts(partial, weightGradient, lists.Count, parts);
    }

    private static ulong Weights(CudaConnection layer) => Reading(layer.Weights, layer.Weights.Length);

    /// <summary>For each channel of the target the blocks that a row's items take, and a row of them for each row of the map.</summary>
    private static LaunchSize ByChannels(ActivationShape target, int samples, int itemsInRow)
    {
        var rows = LaunchSize.OfRows(target, samples, itemsInRow);
        return rows with { X = checked(rows.X * (uint)target.Channels) };
    }

    /// <summary>Lanes of floats that a thread takes at once.</summary>
    private const int LanesOfFour = 4;

    /// <summary>Lanes whose bits are a byte.</summary>
    private const int LanesOfByte = 8;

    /// <summary>Lanes whose bits are a word.</summary>
    private const int LanesOfWord = 32;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SparseGatherArguments(
        ConnectionsView Connections, TapsView Taps, ActivationView Source, ActivationView Target, ulong Bias, uint Rows, int Accumulate);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SparseStridedGradientArguments(
        ActivationView Source, ActivationView Target, ulong Weights, ulong Order, ulong Outputs, ulong Starts, uint Rows, int KernelRows,
        int KernelColumns, int StrideRows, int StrideColumns, int Padding, int Accumulate);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SparseWeightGradientArguments(
        ConnectionsView Connections, TapsView Taps, ActivationView Input, ActivationView Gradient, ulong Partial, uint Rows);
}
