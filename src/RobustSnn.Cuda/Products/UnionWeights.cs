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
    private const int Step = ProductWeights.Step;

    /// <summary>Halves of a thread's part of a product's weights.</summary>
    private const int FragmentHalves = 8;

    private readonly int words;
    private readonly PackedWeights memory;
    private readonly CudaBuffer places; // of each half of a fragment
    private readonly CudaBuffer starts; // of each output's weights
    private readonly CudaBuffer rows; // outputs of each product
    private readonly CudaBuffer inputs; // of each product
    private readonly CudaBuffer groupSteps; // the first product of each group
    private readonly CudaBuffer outputs; // of each group

    /// <param name="weights">The existing ones, in the pattern's order.</param>
    /// <param name="parts">Halves a weight: 1 or 2.</param>
    public UnionWeights(CudaDevice device, ProductKernels kernels, ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern, int parts)
    {
        var groups = OutputGroups.Of(geometry, pattern);
        (Parts, Groups) = (parts, groups.Members.Count);
        var firstSteps = FirstSteps(groups);
        var steps = firstSteps[^1];
        words = checked(steps * ProductWeights.StepWords * parts);
        places = Upload(device, Places(geometry, pattern, groups));
        starts = Upload(device, Starts(geometry, pattern));
        rows = Upload(device, [.. groups.Members.SelectMany((group, i) => Enumerable.Repeat(RowsOf(group, geometry), firstSteps[i + 1] - firstSteps[i]).SelectMany(each => each))]);
        inputs = Upload(device, Pairs([.. groups.Unions.SelectMany(union => union.Concat(Enumerable.Repeat(0, Spare(union))))]));
        groupSteps = Upload(device, firstSteps);
        outputs = Upload(device, [.. groups.Members.SelectMany(group => RowsOf(group, geometry))]);
        memory = new PackedWeights(device, weights, words + geometry.Outputs, Pack);

        void Pack(ulong address)
        {
            var arguments = new Arguments(CudaBuffer.AddressOf(weights), places.Address, starts.Address, rows.Address, address, ScalesIn(address),
                (uint)geometry.Outputs, (uint)steps, (uint)parts);
            kernels.UnionScales.Launch(new LaunchSize((uint)geometry.Outputs), arguments);
            if (steps > 0)
            {
                kernels.UnionWeights.Launch(LaunchSize.Flat((long)steps * LaunchSize.WarpThreads), arguments);
            }
        }
    }

    /// <summary>Halves a weight.</summary>
    public int Parts { get; }

    /// <summary>Groups of outputs.</summary>
    public int Groups { get; }

    /// <summary>Bytes that are taken of the card and read by passes.</summary>
    public long InferenceBytes => memory.Bytes + inputs.Bytes + groupSteps.Bytes + outputs.Bytes;

    /// <summary>Bytes that it will take of the card.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, SparsityPattern pattern, int parts)
    {
        var groups = OutputGroups.Of(geometry, pattern);
        long steps = FirstSteps(groups)[^1];
        long places = Math.Max(1, steps * LaunchSize.WarpThreads * FragmentHalves), words = steps * ProductWeights.StepWords * parts + geometry.Outputs;
        long lists = Math.Max(1, steps * OutputGroups.Size) + Math.Max(1, steps * Step / 2) + (geometry.Outputs + 1) + (groups.Members.Count + 1)
            + groups.Members.Count * OutputGroups.Size;
        return sizeof(int) * (places + words + lists);
    }

    /// <summary>What the kernel reads, with the weights as they are when what is called next is carried out.</summary>
    public (ulong Fragments, ulong Scales, ulong Inputs, ulong GroupSteps, ulong Outputs) Refreshed()
    {
        var address = memory.Refreshed();
        return (address, ScalesIn(address), inputs.Address, groupSteps.Address, outputs.Address);
    }

    public void Dispose()
    {
        foreach (var buffer in new[] { places, starts, rows, inputs, groupSteps, outputs })
        {
            buffer.Dispose();
        }

        memory.Dispose();
    }

    private static CudaBuffer Upload(CudaDevice device, int[] values)
    {
        var buffer = new CudaBuffer(device, Math.Max(1, values.Length), ElementType.Int32);
        buffer.UploadAs<int>(values);
        return buffer;
    }

    /// <summary>A group's channels, and one behind the last for each row that has none.</summary>
    private static IEnumerable<int> RowsOf(int[] group, ConvolutionGeometry geometry) =>
        group.Concat(Enumerable.Repeat(geometry.Outputs, OutputGroups.Size - group.Length));

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
                for (var lane = 0; lane < LaunchSize.WarpThreads; lane++)
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

    private ulong ScalesIn(ulong address) => address + (ulong)words * sizeof(float);

    /// <summary>UnionWeightsArguments of productWeights.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Arguments(
        ulong Weights, ulong Places, ulong Starts, ulong Outputs, ulong Fragments, ulong Scales, uint Channels, uint Steps, uint Parts);
}
