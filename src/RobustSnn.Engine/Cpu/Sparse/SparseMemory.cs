using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Sparse;

/// <summary>
/// What a pruned layer's lists and laid-out operands take in a plan, told beforehand: <see cref="Routes"/> says which there will be. Lists that
/// only silent inputs call for are counted.
/// </summary>
internal readonly struct SparseMemory(ConvolutionGeometry geometry, SparsityPattern pattern, PlannedOperation operation)
{
    private readonly GatherClass forward = GatherClass.Forward(geometry)[0];

    /// <summary>Bytes of the layer's lists and operands, the weights themselves not counted.</summary>
    /// <param name="threads">How many there are.</param>
    public long Bytes(int threads)
    {
        checked
        {
            var uses = pattern.Count / geometry.Inputs;
            var bytes = SparseRows.BytesOf(forward, geometry.Outputs, geometry.Inputs, pattern.Count) + OffsetBytes(forward, geometry.Inputs);
            if (!operation.Fires)
            {
                bytes += OperandBytes(Routes.ReadingOf(uses, operation.Input), operation.Input);
            }
            else if (FiresAtOnce(out var source))
            {
                var window = source == operation.Input ? Window : MeanWindow.One;
                var reading = Routes.ReadingOfNeurons(forward, uses, source, window);
                bytes += OperandBytes(reading, window.IsOne ? source : window.Over(source, geometry));
                bytes += reading == Reading.Unfolded ? OffsetBytes(forward, geometry.Inputs) : 0;
                bytes += Routes.MayBeByEvents(geometry, pattern.Count, source.Lanes, operation.Output.Lanes)
                    ? ScatterList.BytesOf(geometry, pattern, Math.Max(1, threads / source.Lanes.Blocks))
                    : 0;
            }
            else
            {
                bytes += OperandBytes(Routes.ReadingOf(uses, source), source);
            }

            return bytes + (operation.HasInputGradient ? ByInputs() : 0);
        }
    }

    /// <summary>Bytes of the currents, and of the means before them, where a layer's neurons read them from memory.</summary>
    public (long Currents, long Pools) ComposedBytes()
    {
        var isAtOnce = FiresAtOnce(out var source);
        var current = operation.Output with { Border = 0, Lanes = operation.Input.Lanes, Storage = Storage.Floats };
        return (isAtOnce ? 0 : current.Length * sizeof(float), source == operation.Input ? 0 : source.Length * sizeof(float));
    }

    private MeanWindow Window => new(operation.Input.Rows / geometry.InputRows, operation.Input.Columns / geometry.InputColumns);

    /// <summary>Whether the layer and its neurons are one pass, and what it reads: means in memory, if it does not take them itself.</summary>
    private bool FiresAtOnce(out ActivationShape source)
    {
        source = operation.Input;
        if (operation.Output.IsBits && Routes.FiresAtOnce(geometry, source, Window, SparseRows.IsOnePanel(geometry)))
        {
            return true;
        }

        if (Window.IsOne)
        {
            return false;
        }

        source = Window.Over(source, geometry);
        return operation.Output.IsBits && Routes.FiresAtOnce(geometry, source, MeanWindow.One, SparseRows.IsOnePanel(geometry));
    }

    private long ByInputs()
    {
        var classes = GatherClass.InputGradient(geometry);
        var bytes = pattern.Count * (long)(sizeof(float) + sizeof(ushort));
        foreach (var reading in classes)
        {
            // how many connections a class has is not counted out: together the classes have all of them
            bytes += SparseRows.BytesOf(reading, geometry.Inputs, geometry.Outputs, 0) + OffsetBytes(reading, geometry.Outputs);
        }

        var output = operation.Output with { Storage = Storage.Floats };
        return bytes + OperandBytes(Routes.ReadingOf(pattern.Count / geometry.Outputs, output), output);
    }

    private static long OffsetBytes(GatherClass reading, int sources) => (long)sources * reading.Taps.Length * sizeof(int);

    /// <summary>What is laid out anew.</summary>
    private long OperandBytes(Reading reading, ActivationShape source) => reading switch
    {
        Reading.AsItLies => 0,
        Reading.Unfolded => OperandScratch.BytesOf(new Unfolding(forward, geometry.Inputs).Layout, source.Lanes),
        _ => OperandScratch.BytesOf(OperandLayout.Of(source, reading), source.Lanes),
    };
}
