using RobustSnn.Cuda.Products;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Connections;

/// <summary>What a layer's forms of its weights and its passes take in a plan, told beforehand: <see cref="Routes"/> says which there will be.</summary>
internal readonly struct LayerMemory
{
    private readonly ConvolutionGeometry geometry;
    private readonly SparsityPattern? pattern;
    private readonly PlannedOperation operation;
    private readonly int halves; // that tensor cores take for a weight
    private readonly Way? firing; // with its neurons, where they are one kernel
    private readonly ActivationShape source; // what the layer reads: its input, or means over windows of it
    private readonly ActivationShape output;

    /// <param name="operation">One that multiplies with weights.</param>
    /// <param name="halves">That tensor cores take for a weight.</param>
    /// <param name="mostSharedBytes">Of a block of threads on the card.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public LayerMemory(PlannedOperation operation, int halves, int mostSharedBytes)
    {
        (this.operation, this.halves) = (operation, halves);
        (geometry, pattern) = operation.Layer ?? throw new ArgumentException("the operation has no layer", nameof(operation));
        var window = new MeanWindow(operation.Input.Rows / geometry.InputRows, operation.Input.Columns / geometry.InputColumns);
        source = window.IsOne ? operation.Input : window.Over(operation.Input, geometry);
        output = operation.Output with { Storage = Storage.Floats };
        firing = operation.Fires ? Routes.Firing(geometry, pattern, source, operation.Output, mostSharedBytes) : null;
    }

    /// <summary>Whether a pass calls cuBLAS.</summary>
    public bool CallsCublas => IsCublas(Forward) || (operation.HasInputGradient && IsCublas(Backward))
        || (operation.HasParameterGradient && IsCublas(Routes.WeightGradient(geometry, pattern)));

    /// <summary>Bytes that the layer keeps: weights in other orders, and lists.</summary>
    public long KeptBytes
    {
        get
        {
            checked
            {
                var packed = (long)geometry.WeightCount * sizeof(float);
                var packsByOutputs = IsCublas(Forward) || (operation.HasInputGradient && Backward == Way.ScatteredProducts);
                var packsByInputs = operation.HasInputGradient && Backward == Way.GatheredProducts;
                var spikes = Forward switch
                {
                    Way.SpikeProducts => ProductWeights.BytesOf(geometry, halves),
                    Way.UnionProducts => UnionWeights.BytesOf(geometry, pattern!, halves),
                    _ => 0,
                };
                return (packsByOutputs ? packed : 0) + (packsByInputs ? packed : 0) + spikes + ListBytes;
            }
        }
    }

    /// <summary>Bytes of scratch memory that a pass takes, the most that one does.</summary>
    public long ScratchBytes
    {
        get
        {
            var blocks = source.Lanes.Blocks;
            var unpacked = source.IsBits ? (source with { Storage = Storage.Floats, Border = geometry.Padding }).Length * sizeof(float) : 0;
            var read = source.IsBits ? source with { Storage = Storage.Floats, Border = geometry.Padding } : source;
            var bytes = Forward == Way.SparseProduct ? Cusparse.MostBufferBytes : !IsCublas(Forward) ? 0 : Aligned(LayerProducts.Forward(geometry, read, blocks).AddressBytes) + unpacked;
            if (operation.HasInputGradient)
            {
                bytes = Math.Max(bytes, Backward switch
                {
                    Way.GatheredProducts => LayerProducts.GatheredGradient(geometry, source, blocks).AddressBytes,
                    Way.ScatteredProducts => LayerProducts.ScatteredGradient(geometry, source, blocks).AddressBytes,
                    _ => 0,
                });
            }

            return operation.HasParameterGradient ? Math.Max(bytes, WeightGradientBytes(read, blocks, unpacked)) : bytes;
        }
    }

    /// <summary>Bytes of the currents that neurons read from memory.</summary>
    public long CurrentBytes => operation.Fires && firing is null ? (output with { Border = 0, Lanes = source.Lanes }).Length * sizeof(float) : 0;

    /// <summary>Bytes of the means that the layer reads.</summary>
    public long MeanBytes => source == operation.Input ? 0 : source.Length * sizeof(float);

    /// <summary>Bytes up to where the next part of scratch memory may begin.</summary>
    public static long Aligned(long bytes) => (bytes + 255) / 256 * 256;

    private Way Forward => firing ?? Routes.Forward(geometry, pattern, source);

    private Way Backward => Routes.InputGradient(geometry, pattern, LayerProducts.Gathers(geometry, output));

    /// <summary>Of a pruned layer; its weights' own places are listed for products too, which read them from there.</summary>
    private long ListBytes
    {
        get
        {
            if (pattern is null)
            {
                return 0;
            }

            var isWalked = Forward == Way.ByOutputs || (operation.HasParameterGradient && IsListed(Routes.WeightGradient(geometry, pattern)));
            var isSparseProduct = Forward == Way.SparseProduct;
            var places = isWalked || isSparseProduct || CallsCublas || (operation.HasInputGradient && Backward == Way.ByInputs) ? 1L : 0;
            var columns = isSparseProduct ? 1L : 0;
            var starts = isWalked || isSparseProduct ? geometry.Outputs + 1L : 0;
            return sizeof(int) * ((places + columns) * pattern.Count + starts) + (operation.HasInputGradient && Backward is Way.ByInputs or Way.ByTaps
                ? ConnectionLists.BackwardBytesOf(geometry, pattern, Backward == Way.ByTaps)
                : 0);
        }
    }

    private long WeightGradientBytes(ActivationShape read, int blocks, long unpacked)
    {
        var rows = output.Lanes.Blocks * output.Rows;
        var sums = (long)Routes.BiasGradientParts(rows) * geometry.Outputs * sizeof(double);
        if (IsListed(Routes.WeightGradient(geometry, pattern)))
        {
            return Math.Max(sums, (long)Routes.WeightGradientParts(pattern!.Count, rows) * pattern.Count * sizeof(double));
        }

        var products = WeightProducts.Of(geometry, read, blocks, Routes.MostPartialSums);
        return Math.Max(sums, Aligned(products.AddressBytes) + Aligned(products.PartialBytes) + unpacked);
    }

    private static bool IsCublas(Way way) => way is Way.Products or Way.GatheredProducts or Way.ScatteredProducts;

    private static bool IsListed(Way way) => way is Way.ByOutputs or Way.ByInputs or Way.ByTaps;
}
