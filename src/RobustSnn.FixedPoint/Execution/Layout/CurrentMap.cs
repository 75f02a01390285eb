using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Layout;

/// <summary>Currents of a batch in memory, 32 bits each: [channel][timestep][position]; the positions of all images lie side by side.</summary>
internal sealed unsafe class CurrentMap
{
    private const int Granule = 128; // positions of a tile of neurons

    private readonly NativeBuffer memory;

    /// <param name="steps">Timesteps, or 1 of what is the same at each.</param>
    public CurrentMap(NativeHeap heap, Shape shape, int steps, int batch)
    {
        (Shape, Steps) = (shape, steps);
        Positions = checked(shape.Rows * shape.Columns);
        StepStride = checked((batch * Positions + Granule - 1) / Granule * Granule);
        memory = heap.Allocate(checked((long)shape.Channels * steps * StepStride), ElementType.Int32);
        Data = memory.Integers;
    }

    public Shape Shape { get; }

    public int Steps { get; }

    /// <summary>Of an image.</summary>
    public int Positions { get; }

    /// <summary>From a timestep to the next.</summary>
    public int StepStride { get; }

    public int* Data { get; }

    /// <summary>Of a channel at a timestep; a static one is the same at each.</summary>
    public int* At(int channel, int step) => Data + ((long)channel * Steps + (Steps == 1 ? 0 : step)) * StepStride;
}
