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
    public const int Step = 16;

    /// <summary>Words of all threads' parts of the weights of one product, a half a weight.</summary>
    public const int StepWords = (int)LaunchSize.WarpThreads * FragmentWords;

    private const int FragmentWords = 4;

    private readonly PackedWeights memory;
    private readonly long words;

    /// <param name="weights">(outputs, inputs, kernel rows, kernel columns).</param>
    /// <param name="parts">Halves a weight: 1 or 2.</param>
    public ProductWeights(CudaDevice device, ProductKernels kernels, ConvolutionGeometry geometry, DeviceBuffer weights, int parts)
    {
        Parts = parts;
        words = Words(geometry, parts);
        memory = new PackedWeights(device, weights, words + geometry.Outputs, Pack);

        void Pack(ulong address)
        {
            var arguments = new Arguments(CudaBuffer.AddressOf(weights), address, ScalesIn(address), (uint)geometry.Outputs, (uint)geometry.Inputs,
                (uint)geometry.Taps, (uint)parts);
            kernels.Scales.Launch(new LaunchSize((uint)geometry.Outputs), arguments);
            kernels.Weights.Launch(LaunchSize.Flat(Words(geometry, 1) / FragmentWords), arguments);
        }
    }

    /// <summary>Halves a weight.</summary>
    public int Parts { get; }

    /// <summary>Bytes that are taken of the card.</summary>
    public long Bytes => memory.Bytes;

    /// <summary>Bytes that it will take of the card.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, int parts) => sizeof(float) * (Words(geometry, parts) + geometry.Outputs);

    /// <summary>Addresses of the weights as they are when what is called next is carried out, and of what each output's sums are multiplied with.</summary>
    public (ulong Fragments, ulong Scales) Refreshed()
    {
        var address = memory.Refreshed();
        return (address, ScalesIn(address));
    }

    public void Dispose() => memory.Dispose();

    private static long Words(ConvolutionGeometry geometry, int parts) =>
        (long)Ceiling(geometry.Outputs, OutputGroups.Size) * geometry.Taps * Ceiling(geometry.Inputs, Step) * parts * StepWords;

    private static int Ceiling(int count, int size) => (count + size - 1) / size;

    private ulong ScalesIn(ulong address) => address + (ulong)words * sizeof(float);

    /// <summary>ProductWeightsArguments of productWeights.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Arguments(ulong Weights, ulong Fragments, ulong Scales, uint Outputs, uint Inputs, uint Taps, uint Parts);
}
