using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Sparse;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

/// <summary>What the operations take besides their arguments, told beforehand.</summary>
public sealed unsafe partial class CpuBackend
{
    public long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan)
    {
        checked
        {
            var (weights, partial, currents, pools) = (0L, 0L, 0L, 0L);
            foreach (var operation in plan)
            {
                partial = Math.Max(partial, PartialBytes(operation));
                if (operation.Layer is not { } layer)
                {
                    continue;
                }

                weights += layer.Pattern is null
                    ? DenseConnection.BytesOf(layer.Geometry, operation.HasInputGradient)
                    : new SparseMemory(layer.Geometry, layer.Pattern, operation).Bytes(workers.Count);
                if (layer.Pattern is not null && operation.Fires)
                {
                    var (current, pool) = new SparseMemory(layer.Geometry, layer.Pattern, operation).ComposedBytes();
                    (currents, pools) = (Math.Max(currents, current), Math.Max(pools, pool));
                }
            }

            return weights + partial + currents + pools;
        }
    }

    /// <summary>Partial sums of pieces, factors of channels, and what dense kernels read in place of bits.</summary>
    private static long PartialBytes(PlannedOperation operation)
    {
        var (input, output) = (operation.Input, operation.Output);
        var pieces = (long)output.Lanes.Blocks * Math.Max(input.Rows, output.Rows);
        var sums = pieces;
        var floats = 0L;
        if (operation.Fires && operation.HasInputGradient && output.Lanes.BlockSamples != LaneLayout.VectorLanes)
        {
            floats = NormNeuronWork(pieces, output.Lanes);
        }

        if (operation is { Fires: true, HasParameterGradient: true })
        {
            sums = pieces * output.Channels; // a threshold a channel has as many sums
        }

        if (operation.IsNormalised)
        {
            sums = operation.TakesStatistics ? (2 * pieces + 2) * input.Channels + pieces : 2L * input.Channels;
        }

        var unpacked = operation.Layer is { Pattern: null } && input.IsBits ? (input with { Storage = Storage.Floats }).BlockStride : 0;
        return sizeof(double) * (sums + 1) + sizeof(float) * (floats + unpacked);
    }
}
