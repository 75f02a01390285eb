using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>Kernels that multiply on tensor cores.</summary>
internal sealed class ProductKernels(KernelLibrary kernels)
{
    /// <summary>Input channels × threads that a block of the layer's kernel has; convolve_neuron_products.cu has the same numbers.</summary>
    private const uint Threads = 128;

    private const int WarpsOfABlock = 4;
    private const int OctetSamples = 8;
    private const int TileOutputs = 16;

    private readonly Dictionary<(int Steps, int Parts), Kernel<LayerArguments>> layers = [];

    /// <summary>The scales of a layer's outputs.</summary>
    public Kernel<ProductWeights.Arguments> Scales => field ??= kernels.Load<ProductWeights.Arguments>("product_weights", "productScales");

    /// <summary>A layer's weights as fragments.</summary>
    public Kernel<ProductWeights.Arguments> Weights => field ??= kernels.Load<ProductWeights.Arguments>("product_weights", "productWeights");

    /// <summary>
    /// Whether a layer and its neurons can be had in one: spikes in and out are bits, lane blocks have whole octets of samples, and a thread's
    /// registers hold the currents of all timesteps.
    /// </summary>
    public static bool CanFire(ActivationShape input, ActivationShape spikes) =>
        input.IsBits && spikes.IsBits && spikes.Lanes.BlockSamples % OctetSamples == 0 && spikes.Lanes.Steps <= 16;

    /// <summary>Spikes of a layer straight from those that it reads.</summary>
    public void Fire(LayerArguments arguments, ActivationShape spikes, int parts)
    {
        // The fewest timesteps that a variant has registers for, and the tiles of outputs that fit beside them.
        var (steps, tiles) = spikes.Lanes.Steps switch { <= 4 => (4, 4), <= 8 => (8, 4), _ => (16, 2) };
        if (!layers.TryGetValue((steps, parts), out var kernel))
        {
            layers.Add((steps, parts), kernel = kernels.Load<LayerArguments>("convolve_neuron_products", $"convolveNeuron{steps}{(parts == 1 ? "Half" : "")}"));
        }

        var groups = (uint)Ceiling(spikes.Lanes.BlockSamples, OctetSamples * WarpsOfABlock);
        kernel.Launch(
            new LaunchSize(checked(groups * (uint)spikes.Columns * (uint)spikes.Rows * arguments.Blocks), (uint)Ceiling(spikes.Channels, TileOutputs * tiles), Threads),
            arguments);
    }

    private static int Ceiling(int count, int size) => (count + size - 1) / size;

    /// <summary>ConvolveNeuronProductsArguments of convolve_neuron_products.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct LayerArguments(
        ActivationView Input, ActivationView Spikes, ulong Weights, ulong Scales, ulong Bias, ulong Threshold, float Leak, int IsHard, int KernelRows,
        int KernelColumns, int StrideRows, int StrideColumns, int Padding, uint Samples, uint Blocks);
}
