using System.Runtime.InteropServices;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>
/// A dense layer's weights in the order and precision in which tensor cores take them (native/kernels/productWeights.cu): halves, with a power of
/// two a channel as scale, once or as two halves of which the second is what the first leaves. Two have 22 bits of mantissa, and products with
/// spikes are exact.
/// </summary>
internal sealed class ProductWeights : IDisposable
{
    /// <summary>Inputs of one product.</summary>
    private const int Step = 16;

    /// <summary>Outputs of one product.</summary>
    private const int Tile = 16;

    private const int WarpThreads = 32;

    /// <summary>Words of a thread's part of a product's weights.</summary>
    private const int FragmentWords = 4;

    private readonly ProductKernels kernels;
    private readonly ConvolutionGeometry geometry;
    private readonly DeviceBuffer weights;
    private readonly CudaBuffer fragments;
    private readonly CudaBuffer scales;
    private long version = -1;

    /// <param name="weights">(outputs, inputs, kernel rows, kernel columns).</param>
    /// <param name="parts">Halves a weight: 1 or 2.</param>
    public ProductWeights(CudaDevice device, ProductKernels kernels, ConvolutionGeometry geometry, DeviceBuffer weights, int parts)
    {
        (this.kernels, this.geometry, this.weights, Parts) = (kernels, geometry, weights, parts);
        fragments = new CudaBuffer(device, Words(geometry, parts), ElementType.Int32);
        scales = new CudaBuffer(device, geometry.Outputs, ElementType.Float32);
    }

    /// <summary>Halves a weight.</summary>
    public int Parts { get; }

    /// <summary>Address of the fragments.</summary>
    public ulong Fragments => fragments.Address;

    /// <summary>Address of what each output's sums are multiplied with.</summary>
    public ulong Scales => scales.Address;

    /// <summary>Bytes that it takes of the card.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, int parts) => sizeof(float) * (Words(geometry, parts) + geometry.Outputs);

    /// <summary>Brings weights that have changed since into their form.</summary>
    public void Refresh()
    {
        if (version == weights.Version)
        {
            return;
        }

        version = weights.Version;
        var arguments = new Arguments(CudaBuffer.AddressOf(weights), Fragments, Scales, (uint)geometry.Outputs, (uint)geometry.Inputs,
            (uint)geometry.Taps, (uint)Parts);
        kernels.Scales.Launch(new LaunchSize((uint)geometry.Outputs), arguments);
        kernels.Weights.Launch(LaunchSize.Flat(Words(geometry, 1) / FragmentWords), arguments);
    }

    public void Dispose()
    {
        fragments.Dispose();
        scales.Dispose();
    }

    private static long Words(ConvolutionGeometry geometry, int parts) =>
        (long)Ceiling(geometry.Outputs, Tile) * geometry.Taps * Ceiling(geometry.Inputs, Step) * parts * WarpThreads * FragmentWords;

    private static int Ceiling(int count, int size) => (count + size - 1) / size;

    /// <summary>ProductWeightsArguments of productWeights.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Arguments(ulong Weights, ulong Fragments, ulong Scales, uint Outputs, uint Inputs, uint Taps, uint Parts);
}
