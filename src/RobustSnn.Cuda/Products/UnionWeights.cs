using System.Runtime.InteropServices;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>
/// A pruned layer's weights by its groups of outputs, in the order and precision in which tensor cores take them
/// (native/kernels/productWeights.cu); where they go is worked out once, for the pattern.
/// </summary>
internal sealed class UnionWeights : IDisposable
{
    /// <summary>Inputs of one product.</summary>
    private const int Step = 16;

    private const int WarpThreads = 32;

    /// <summary>Halves of a thread's part of a product's weights.</summary>
    private const int FragmentHalves = 8;

    private readonly ProductKernels kernels;
    private readonly DeviceBuffer weights;
    private readonly int channels;
    private readonly List<CudaBuffer> owned = [];
    private readonly CudaBuffer places;
    private readonly CudaBuffer starts;
    private readonly CudaBuffer rows;
    private readonly CudaBuffer fragments;
    private readonly CudaBuffer scales;
    private readonly CudaBuffer inputs;
    private readonly CudaBuffer groupSteps;
    private readonly CudaBuffer outputs;
    private long version = -1;

    /// <param name="weights">The existing ones, in the pattern's order.</param>
    /// <param name="parts">Halves a weight: 1 or 2.</param>
    public UnionWeights(CudaDevice device, ProductKernels kernels, ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern, int parts)
    {
        (this.kernels, this.weights, channels, Parts) = (kernels, weights, geometry.Outputs, parts);
        var groups = new OutputGroups(geometry, pattern);
        Groups = groups.Members.Count;
        var firstSteps = FirstSteps(groups);
        Steps = firstSteps[^1];
        places = Upload(Places(geometry, pattern, groups));
        starts = Upload(Starts(geometry, pattern));
        rows = Upload([.. groups.Members.SelectMany((group, i) =>
            Enumerable.Repeat(RowsOf(group), firstSteps[i + 1] - firstSteps[i]).SelectMany(each => each))]);
        fragments = Own(device, Math.Max(1, (long)Steps * WarpThreads * FragmentHalves / 2 * parts));
        scales = Own(device, geometry.Outputs);
        inputs = Upload(Pairs([.. groups.Unions.SelectMany(union => union.Concat(Enumerable.Repeat(0, Spare(union))))]));
        groupSteps = Upload(firstSteps);
        outputs = Upload([.. groups.Members.SelectMany(RowsOf)]);

        CudaBuffer Upload(int[] values)
        {
            var buffer = Own(device, Math.Max(1, values.Length));
            buffer.UploadAs<int>(values);
            return buffer;
        }

        IEnumerable<int> RowsOf(int[] group) => group.Concat(Enumerable.Repeat(channels, OutputGroups.Size - group.Length));
    }

    /// <summary>Halves a weight.</summary>
    public int Parts { get; }

    /// <summary>Groups of outputs.</summary>
    public int Groups { get; }

    /// <summary>Products of 16 inputs that all groups together do, for each 8 samples, timestep and position.</summary>
    public int Steps { get; }

    /// <summary>Bytes that it takes of the card.</summary>
    public long Bytes => owned.Sum(buffer => buffer.Bytes);

    public ulong Scales => scales.Address;

    /// <summary>What the kernel reads of it.</summary>
    public (ulong Fragments, ulong Inputs, ulong GroupSteps, ulong Outputs) Lists => (fragments.Address, inputs.Address, groupSteps.Address, outputs.Address);

    /// <summary>Brings weights that have changed since into their form.</summary>
    public void Refresh()
    {
        if (version == weights.Version)
        {
            return;
        }

        version = weights.Version;
        var arguments = new Arguments(CudaBuffer.AddressOf(weights), places.Address, starts.Address, rows.Address, fragments.Address, scales.Address,
            (uint)channels, (uint)Steps, (uint)Parts);
        kernels.UnionScales.Launch(new LaunchSize((uint)channels), arguments);
        kernels.UnionWeights.Launch(LaunchSize.Flat((long)Steps * WarpThreads), arguments);
    }

    public void Dispose()
    {
        foreach (var buffer in owned)
        {
            buffer.Dispose();
        }
    }

    /// <summary>Which existing weight each half of a fragment is: -1 for none.</summary>
    private static int[] Places(ConvolutionGeometry geometry, SparsityPattern pattern, OutputGroups groups)
    {
        var compact = new int[geometry.WeightCount];
        Array.Fill(compact, -1);
        for (var i = 0; i < pattern.Count; i++)
        {
            compact[pattern.Existing[i]] = i;
        }

        var places = new List<int>();
        foreach (var (union, group) in groups.Unions.Zip(groups.Members))
        {
            for (var first = 0; first < union.Length; first += Step)
                for (var lane = 0; lane < WarpThreads; lane++)
                    for (var half = 0; half < FragmentHalves; half++)
                    {
                        // A register has two halves; registers 1 and 3 are 8 rows further down, 2 and 3 two inputs further on.
                        var register = half / 2;
                        var row = lane / 4 + register % 2 * 8;
                        var input = first + lane % 4 * 4 + register / 2 * 2 + half % 2;
                        places.Add(row < group.Length && input < union.Length ? compact[DenseIndex(group[row], union[input])] : -1);
                    }
        }

        return [.. places];

        int DenseIndex(int output, int input) =>
            (output * geometry.Inputs + input % geometry.Inputs) * geometry.Taps + input / geometry.Inputs;
    }

    private static int[] Starts(ConvolutionGeometry geometry, SparsityPattern pattern)
    {
        var starts = new int[geometry.Outputs + 1];
        foreach (var weight in pattern.Existing)
        {
            starts[weight / (geometry.Inputs * geometry.Taps) + 1]++;
        }

        for (var output = 0; output < geometry.Outputs; output++)
        {
            starts[output + 1] += starts[output];
        }

        return starts;
    }

    private static int[] FirstSteps(OutputGroups groups)
    {
        var first = new int[groups.Members.Count + 1];
        for (var group = 0; group < groups.Members.Count; group++)
        {
            first[group + 1] = first[group] + (groups.Unions[group].Length + Step - 1) / Step;
        }

        return first;
    }

    /// <summary>Inputs that the last product of a union has room for.</summary>
    private static int Spare(int[] union) => (Step - union.Length % Step) % Step;

    /// <summary>Two numbers of 16 bits a word.</summary>
    private static int[] Pairs(int[] numbers) => [.. numbers.Chunk(2).Select(pair => pair[0] | pair[1] << 16)];

    private CudaBuffer Own(CudaDevice device, long words)
    {
        var buffer = new CudaBuffer(device, words, ElementType.Int32);
        owned.Add(buffer);
        return buffer;
    }

    /// <summary>UnionWeightsArguments of productWeights.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Arguments(
        ulong Weights, ulong Places, ulong Starts, ulong Outputs, ulong Fragments, ulong Scales, uint Channels, uint Steps, uint Parts);
}
