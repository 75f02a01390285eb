using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>
/// Layers and their neurons in one on tensor cores: spikes in and out are bits, currents and membranes are in registers alone. Numbers here are
/// those of native/kernels/products.h and octets.h.
/// </summary>
/// <param name="mostSharedBytes">Of a block of threads on this card.</param>
internal sealed class ProductKernels(KernelLibrary kernels, int mostSharedBytes)
{
    private const int OctetSamples = 8;
    private const int OctetsSideBySide = 4;
    private const int TileOutputs = 16;
    /// <summary>Warps that a block has at most, each with a group of outputs.</summary>
    private const int MostWarps = 8;

    private readonly Dictionary<(int Steps, int Parts), Kernel<DenseArguments>> dense = [];
    private readonly Dictionary<(int Steps, int Parts), Kernel<UnionArguments>> unions = [];

    /// <summary>The scales of a dense layer's outputs.</summary>
    public Kernel<ProductWeights.Arguments> Scales => field ??= kernels.Load<ProductWeights.Arguments>("productWeights", "productScales");

    /// <summary>A dense layer's weights as fragments.</summary>
    public Kernel<ProductWeights.Arguments> Weights => field ??= kernels.Load<ProductWeights.Arguments>("productWeights", "productWeights");

    /// <summary>The scales of a pruned layer's outputs.</summary>
    public Kernel<UnionWeights.Arguments> UnionScales => field ??= kernels.Load<UnionWeights.Arguments>("productWeights", "unionScales");

    /// <summary>A pruned layer's weights as fragments.</summary>
    public Kernel<UnionWeights.Arguments> UnionWeights => field ??= kernels.Load<UnionWeights.Arguments>("productWeights", "unionWeights");

    /// <summary>
    /// Whether a layer and its neurons can be had in one: spikes in and out are bits, lane blocks have whole octets of samples, and a thread's
    /// registers hold the currents of all timesteps.
    /// </summary>
    public static bool TakesDense(ActivationShape input, ActivationShape spikes) =>
        input.IsBits && spikes.IsBits && spikes.Lanes.BlockSamples % OctetSamples == 0 && spikes.Lanes.Steps <= 16;

    /// <summary>The same of a pruned layer, whose window also has to fit into shared memory.</summary>
    public static bool TakesUnions(ConvolutionGeometry geometry, ActivationShape input, ActivationShape spikes, int mostSharedBytes) =>
        TakesDense(input, spikes) && spikes.Lanes.Steps <= 8 && SharedBytes(geometry, spikes.Lanes.Steps) <= mostSharedBytes;

    /// <summary>Spikes of a dense layer.</summary>
    public void Fire(ProductWeights weights, FiringLayer layer, ActivationShape spikes)
    {
        var (fragments, scales) = weights.Refreshed();
        // The fewest timesteps that a variant has registers for, and the tiles of outputs that fit beside them.
        var (steps, tiles) = spikes.Lanes.Steps switch { <= 4 => (4, 4), <= 8 => (8, 4), _ => (16, 2) };
        if (!dense.TryGetValue((steps, weights.Parts), out var kernel))
        {
            dense.Add((steps, weights.Parts), kernel = kernels.Load<DenseArguments>("convolveNeuronProducts", $"convolveNeuron{steps}{Suffix(weights.Parts)}"));
        }

        kernel.Launch(
            new LaunchSize(Places(layer, spikes), (uint)Ceiling(spikes.Channels, TileOutputs * tiles), OctetsSideBySide * LaunchSize.WarpThreads),
            new DenseArguments(layer with { Scales = scales }, fragments));
    }

    /// <summary>Spikes of a pruned layer.</summary>
    public void Fire(UnionWeights weights, ConvolutionGeometry geometry, FiringLayer layer, ActivationShape spikes)
    {
        var steps = spikes.Lanes.Steps <= 4 ? 4 : 8;
        if (!unions.TryGetValue((steps, weights.Parts), out var kernel))
        {
            kernel = kernels.Load<UnionArguments>("convolveNeuronUnions", $"convolveNeuronUnions{steps}{Suffix(weights.Parts)}");
            kernel.AllowShared(mostSharedBytes);
            unions.Add((steps, weights.Parts), kernel);
        }

        var (fragments, scales, inputs, groupSteps, outputs) = weights.Refreshed();
        kernel.Launch(
            new LaunchSize(Places(layer, spikes), 1, (uint)(Math.Min(MostWarps, weights.Groups) * LaunchSize.WarpThreads), (uint)SharedBytes(geometry, spikes.Lanes.Steps)),
            new UnionArguments(layer with { Scales = scales }, fragments, inputs, groupSteps, outputs, (uint)weights.Groups));
    }

    private static string Suffix(int parts) => parts == 1 ? "Half" : "";

    private static uint Places(FiringLayer layer, ActivationShape spikes) =>
        checked((uint)Ceiling(spikes.Lanes.BlockSamples, OctetSamples * OctetsSideBySide) * (uint)spikes.Columns * (uint)spikes.Rows * layer.Blocks);

    /// <summary>Bits of a window: a byte an input, octet and timestep.</summary>
    private static long SharedBytes(ConvolutionGeometry geometry, int timesteps) =>
        (long)geometry.Inputs * geometry.Taps * OctetsSideBySide * (timesteps <= 4 ? 4 : 8);

    private static int Ceiling(int count, int size) => (count + size - 1) / size;

    /// <summary>FiringLayer of octets.h; the scales come with the weights.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct FiringLayer(
        ActivationView Input, ActivationView Spikes, ulong Scales, ulong Bias, ulong Threshold, float Leak, int IsHard, int KernelRows,
        int KernelColumns, int StrideRows, int StrideColumns, int Padding, uint Samples, uint Blocks);

    /// <summary>ConvolveNeuronProductsArguments of convolveNeuronProducts.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct DenseArguments(FiringLayer Layer, ulong Weights);

    /// <summary>ConvolveNeuronUnionsArguments of convolveNeuronUnions.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct UnionArguments(
        FiringLayer Layer, ulong Weights, ulong Inputs, ulong GroupSteps, ulong Outputs, uint Groups);
}
