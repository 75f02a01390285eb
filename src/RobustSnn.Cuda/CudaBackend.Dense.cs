using System.Runtime.InteropServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Layers as products of cuBLAS over activations where they lie (native/kernels/dense.cu).</summary>
/// <remarks>
/// The addresses of the matrices are written anew for every pass, by one small kernel: a recording would not notice that somebody else had
/// written his to memory that was kept for them.
/// </remarks>
public sealed partial class CudaBackend
{
    private Kernel<PackWeightsArguments> PackWeightsKernel => field ??= kernels.Load<PackWeightsArguments>("dense", "packWeights");

    private Kernel<SumWeightGradientsArguments> SumWeightGradientsKernel =>
        field ??= kernels.Load<SumWeightGradientsArguments>("dense", "sumWeightGradients");

    private Kernel<ProductAddressesArguments> ProductAddressesKernel => field ??= kernels.Load<ProductAddressesArguments>("dense", "productAddresses");

    private Kernel<GradientAddressesArguments> GradientAddressesKernel =>
        field ??= kernels.Load<GradientAddressesArguments>("dense", "gradientAddresses");

    private Kernel<UnpackFramedArguments> UnpackFramedKernel => field ??= kernels.Load<UnpackFramedArguments>("dense", "unpackFramed");

    private void DenseConvolve(CudaConnection layer, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        var g = layer.Geometry;
        _ = ActivationView.OfFloats(output);
        var products = LayerProducts.Forward(g, ReadByProducts(g, input.Shape), input.Shape.Lanes.BlocksOf(samples));
        var memory = scratch.Take(LayerMemory.Aligned(products.AddressBytes) + UnpackedBytes(g, input.Shape));
        var (shape, floats) = Floats(g, input, samples, memory + (ulong)LayerMemory.Aligned(products.AddressBytes));
        if (bias is not null)
        {
            FillRows(output, Reading(bias, g.Outputs), samples);
        }

        Multiply(products,
            ProductOperand.ReadBy(g, shape, floats),
            ProductOperand.OfWeights(layer.ByOutputs.Refreshed(), g.KernelColumns * g.Inputs),
            ProductOperand.Of(output.Shape, CudaBuffer.AddressOf(output.Buffer)),
            memory, addsFirst: bias is not null, addsLater: true, isGradient: false);
    }

    private void DenseGatheredGradient(CudaConnection layer, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var g = layer.Geometry;
        _ = (ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient));
        var products = LayerProducts.GatheredGradient(g, inputGradient.Shape, inputGradient.Shape.Lanes.BlocksOf(samples));
        Multiply(products,
            ProductOperand.ReadBackBy(g, outputGradient.Shape, CudaBuffer.AddressOf(outputGradient.Buffer)),
            ProductOperand.OfWeights(layer.ByInputs.Refreshed(), g.KernelColumns * g.Outputs),
            ProductOperand.Of(inputGradient.Shape, CudaBuffer.AddressOf(inputGradient.Buffer)),
            scratch.Take(products.AddressBytes), addsFirst: accumulate, addsLater: true, isGradient: true);
    }

    private void DenseScatteredGradient(CudaConnection layer, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var g = layer.Geometry;
        _ = (ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient));
        var readsOnce = LayerProducts.ReadsOnce(g);
        if (!accumulate && !readsOnce)
        {
            FillRows(inputGradient, 0, samples);
        }

        var products = LayerProducts.ScatteredGradient(g, inputGradient.Shape, inputGradient.Shape.Lanes.BlocksOf(samples));
        Multiply(products,
            ProductOperand.Of(outputGradient.Shape, CudaBuffer.AddressOf(outputGradient.Buffer)),
            ProductOperand.OfWeights(layer.ByOutputs.Refreshed(), g.KernelColumns * g.Inputs, g.Inputs),
            ProductOperand.ReadBy(g, inputGradient.Shape, CudaBuffer.AddressOf(inputGradient.Buffer)),
            scratch.Take(products.AddressBytes), addsFirst: accumulate || !readsOnce, addsLater: accumulate || !readsOnce, isGradient: true);
    }

    private void DenseWeightGradient(CudaConnection layer, Activation input, Activation outputGradient, ulong weightGradient, int samples)
    {
        var g = layer.Geometry;
        var read = ReadByProducts(g, input.Shape);
        var products = WeightProducts.Of(g, read, input.Shape.Lanes.BlocksOf(samples), Routes.MostPartialSums);
        var partialStart = LayerMemory.Aligned(products.AddressBytes);
        var unpackedStart = partialStart + LayerMemory.Aligned(products.PartialBytes);
        var memory = scratch.Take(unpackedStart + UnpackedBytes(g, input.Shape));
        var partial = memory + (ulong)partialStart;
        var (shape, floats) = Floats(g, input, samples, memory + (ulong)unpackedStart);
        GradientAddressesKernel.Launch(LaunchSize.Flat(products.Addresses), new GradientAddressesArguments(
            ProductOperand.ReadBy(g, shape, floats), ProductOperand.Of(outputGradient.Shape, CudaBuffer.AddressOf(outputGradient.Buffer)),
            partial, (long)g.WeightCount * sizeof(float), (long)g.KernelColumns * g.Inputs * sizeof(float), memory,
            (uint)products.Positions, (uint)products.Groups, (uint)products.Steps, (uint)products.TapRows, (uint)g.OutputRows, (uint)g.OutputColumns));
        var kind = (ulong)products.Addresses * sizeof(ulong);
        for (var step = 0; step < products.Steps; step++)
        {
            var first = memory + (ulong)step * (ulong)(products.Groups * products.TapRows) * sizeof(ulong);
            cublas.Multiply(products.Product, first, first + kind, first + 2 * kind, products.CountOf(step), adds: step > 0, isGradient: true);
        }

        SumWeightGradientsKernel.Launch(LaunchSize.Flat(layer.Weights.Length), new SumWeightGradientsArguments(
            WeightOrder.ByOutputs(g), partial, layer.Lists?.Existing ?? 0, weightGradient, (uint)layer.Weights.Length, (uint)products.Groups, g.WeightCount));
    }

    /// <summary>Has the batches of a pass computed, a tap after the other.</summary>
    /// <param name="memory">Where the addresses of matrices go.</param>
    /// <param name="addsFirst">Whether the first tap's products are added to what the results hold.</param>
    /// <param name="addsLater">Whether the others' are.</param>
    /// <param name="isGradient">Whether they are of a way back.</param>
    private void Multiply(LayerProducts products, ProductOperand first, ProductOperand second, ProductOperand result, ulong memory,
        bool addsFirst, bool addsLater, bool isGradient)
    {
        var (rows, columns) = products.Bounds ?? default;
        ProductAddressesKernel.Launch(new LaunchSize(LaunchSize.Flat(products.Positions).X, (uint)Math.Min(products.Taps, ushort.MaxValue)),
            new ProductAddressesArguments(first, second, result, memory, (uint)products.Positions, (uint)products.Blocks, (uint)products.Rows,
                (uint)products.Columns, (uint)products.TapRows, (uint)products.TapColumns, products.Bounds is null ? 0 : 1, rows.Stride,
                columns.Stride, rows.Padding, rows.Inputs, columns.Inputs));
        var kind = (ulong)products.Positions * sizeof(ulong);
        for (var tap = 0; tap < products.Taps; tap++)
        {
            var addresses = memory + 3 * kind * (ulong)tap;
            cublas.Multiply(products.Product, addresses, addresses + kind, addresses + 2 * kind,
                products.CountOf(tap / products.TapColumns, tap % products.TapColumns), tap == 0 ? addsFirst : addsLater, isGradient);
        }
    }

    /// <summary>Writes a layer's weights in an order, 0 where none exist.</summary>
    private void Pack(CudaConnection layer, WeightOrder order, ulong target)
    {
        var count = layer.Weights.Length;
        if (layer.Pattern is not null)
        {
            device.Check(DriverAPINativeMethods.MemsetAsync.cuMemsetD8Async(
                new CUdeviceptr { Pointer = target }, 0, (ulong)layer.Geometry.WeightCount * sizeof(float), device.Stream), "clear weights");
        }

        PackWeightsKernel.Launch(LaunchSize.Flat(count), new PackWeightsArguments(
            order, Reading(layer.Weights, count), layer.Lists?.Existing ?? 0, target, (uint)count));
    }

    /// <summary>What products read: floats where they lie, and bits as floats with no wider a frame than the layer reads.</summary>
    private static ActivationShape ReadByProducts(ConvolutionGeometry g, ActivationShape input) =>
        input.IsBits ? input with { Storage = Storage.Floats, Border = g.Padding } : input;

    /// <summary>Bytes of bits as floats.</summary>
    private static long UnpackedBytes(ConvolutionGeometry g, ActivationShape input) =>
        input.IsBits ? ReadByProducts(g, input).Length * sizeof(float) : 0;

    /// <summary>Address of an input's floats, and how they lie there.</summary>
    /// <param name="memory">Where bits are unpacked to.</param>
    private (ActivationShape Shape, ulong Address) Floats(ConvolutionGeometry g, Activation input, int samples, ulong memory)
    {
        if (!input.Shape.IsBits)
        {
            return (input.Shape, CudaBuffer.AddressOf(input.Buffer));
        }

        var shape = ReadByProducts(g, input.Shape);
        var framed = shape with { Rows = shape.Rows + 2 * shape.Border, Columns = shape.Columns + 2 * shape.Border };
        UnpackFramedKernel.Launch(LaunchSize.OfFours(framed, samples), new UnpackFramedArguments(
            new ActivationView(input), new ActivationView(shape, memory), shape.Border, LaunchSize.RowCount(framed, samples)));
        return (shape, memory);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct PackWeightsArguments(WeightOrder Order, ulong Weights, ulong Existing, ulong Target, uint Count);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SumWeightGradientsArguments(
        WeightOrder Order, ulong Partial, ulong Existing, ulong Target, uint Count, uint Groups, long GroupStride);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ProductAddressesArguments(
        ProductOperand First, ProductOperand Second, ProductOperand Result, ulong Addresses, uint Capacity, uint Blocks, uint Rows, uint Columns,
        uint TapRows, uint TapColumns, int IsBounded, int StrideRows, int StrideColumns, int Padding, int LimitRows, int LimitColumns);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct GradientAddressesArguments(
        ProductOperand Input, ProductOperand Gradient, ulong Partial, long GroupBytes, long TapBytes, ulong Addresses, uint Positions, uint Groups,
        uint Steps, uint TapRows, uint Rows, uint Columns);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct UnpackFramedArguments(ActivationView Source, ActivationView Target, int Border, uint Rows);
}
