using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Sparse;

/// <summary>What a pruned layer's lists and laid-out operands take, told beforehand. Lists that only silent inputs call for are counted.</summary>
internal static class SparseMemory
{
    /// <summary>Bytes of a layer's lists in a plan, the weights themselves not counted.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, SparsityPattern pattern, PlannedOperation operation, int threads)
    {
        checked
        {
            var forward = GatherClass.Forward(geometry)[0];
            var bytes = SparseRows.BytesOf(forward, geometry.Outputs, geometry.Inputs, pattern.Count)
                + OffsetBytes(forward, geometry.Inputs)
                + OperandBytes(forward, geometry, operation.Input, pattern.Count / geometry.Inputs, operation.Fires);
            if (operation.Fires && Unfolding.Pays(forward, operation.Input))
            {
                bytes += OffsetBytes(forward, geometry.Inputs);
            }

            if (operation.Fires && operation.Input.Lanes.BlockSamples == 1 && ScatterList.Takes(geometry, pattern))
            {
                bytes += ScatterList.BytesOf(geometry, pattern, Math.Max(1, threads / operation.Input.Lanes.Blocks));
            }

            return bytes + (operation.HasInputGradient ? ByInputs(geometry, pattern, operation.Output) : 0);
        }
    }

    /// <summary>Bytes of the currents, and of the means before them, of a layer whose neurons read them from memory.</summary>
    public static (long Currents, long Pools) ComposedBytes(ConvolutionGeometry geometry, PlannedOperation operation)
    {
        var isPooled = (operation.Input.Rows, operation.Input.Columns) != (geometry.InputRows, geometry.InputColumns);
        var map = operation.Input with { Rows = geometry.InputRows, Columns = geometry.InputColumns, Storage = Storage.Floats };
        var current = operation.Output with { Border = 0, Lanes = operation.Input.Lanes, Storage = Storage.Floats };
        return (current.Length * sizeof(float), isPooled ? map.Length * sizeof(float) : 0);
    }

    private static long ByInputs(ConvolutionGeometry geometry, SparsityPattern pattern, ActivationShape output)
    {
        var classes = GatherClass.InputGradient(geometry);
        var bytes = pattern.Count * (long)sizeof(float);
        foreach (var reading in classes)
        {
            // how many connections a class has is not counted out: together the classes have all of them
            bytes += SparseRows.BytesOf(reading, geometry.Inputs, geometry.Outputs, 0) + OffsetBytes(reading, geometry.Outputs);
        }

        return bytes + pattern.Count * (long)sizeof(ushort)
            + OperandBytes(classes[0], geometry, output with { Storage = Storage.Floats }, pattern.Count / geometry.Outputs, fires: false);
    }

    private static long OffsetBytes(GatherClass reading, int sources) => (long)sources * reading.Taps.Length * sizeof(int);

    /// <summary>What is laid out by columns, or unfolded.</summary>
    private static long OperandBytes(GatherClass reading, ConvolutionGeometry geometry, ActivationShape source, int uses, bool fires)
    {
        var isOneImage = fires && !source.IsBits && source.Lanes.Lanes == 1;
        var layout = isOneImage || SparseConnection.ReadsByColumns(source, uses)
            ? OperandLayout.ByColumns(source, isOneImage)
            : fires && Unfolding.Pays(reading, source) ? new Unfolding(reading, geometry.Inputs).Layout : default;
        return layout == default ? 0 : source.Lanes.Blocks * layout.BlockStride + (1 + BitLayout.Slack) * sizeof(float);
    }
}
