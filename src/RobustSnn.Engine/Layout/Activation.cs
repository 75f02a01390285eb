namespace RobustSnn.Engine;

/// <summary>
/// The one layout of activations and of their gradients: [lane block][row][column][channel][lane].
/// Rows and columns are framed by <paramref name="Border"/> positions of zeros that convolutions read and nobody writes.
/// </summary>
/// <param name="Channels">Values at a position of a lane.</param>
/// <param name="Rows">Rows of the map, border not counted.</param>
/// <param name="Columns">Columns of the map, border not counted.</param>
/// <param name="Border">Width of the frame, in positions.</param>
/// <param name="Lanes">How (timestep, sample) pairs make lanes.</param>
public readonly record struct ActivationShape(int Channels, int Rows, int Columns, int Border, LaneLayout Lanes)
{
    /// <summary>Floats from one position to the next: Channels × lane width.</summary>
    public int PositionStride => Channels * Lanes.Width;

    /// <summary>Floats from one row to the next, border included.</summary>
    public int RowStride => (Columns + 2 * Border) * PositionStride;

    /// <summary>Floats from one lane block to the next.</summary>
    public long BlockStride => (long)(Rows + 2 * Border) * RowStride;

    /// <summary>Floats in all.</summary>
    public long Length => Lanes.Blocks * BlockStride;

    /// <summary>Neurons (or values) of one sample at one timestep.</summary>
    public int Count => Channels * Rows * Columns;

    /// <summary>Floats of a row without its border: contiguous.</summary>
    public int RowLength => Columns * PositionStride;

    /// <summary>Index of lane 0 of channel 0 at a position; row and column count from 0 inside the border and may reach into it.</summary>
    public long Offset(int block, int row, int column) =>
        block * BlockStride + (long)(row + Border) * RowStride + (long)(column + Border) * PositionStride;
}

/// <summary>An activation, or the gradient of one, on the device.</summary>
public sealed record Activation(ActivationShape Shape, DeviceBuffer Buffer)
{
    /// <summary>Copies the values of the first <paramref name="samples"/> samples to the host as (step, sample, channel, row, column).</summary>
    public float[] ToHost(int samples)
    {
        var device = Buffer.ToArray();
        return [.. Places(samples).Select(place => device[place])];
    }

    /// <summary>The inverse of <see cref="ToHost"/>: sets the values of the first <paramref name="samples"/> samples, and zero elsewhere.</summary>
    public void FromHost(ReadOnlySpan<float> host, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(host.Length, Shape.Lanes.Steps * samples * Shape.Count);
        var device = new float[Shape.Length];
        var next = 0;
        foreach (var place in Places(samples))
        {
            device[place] = host[next++];
        }

        Buffer.Upload(device);
    }

    /// <summary>Where the values of (step, sample, channel, row, column) lie, in that order.</summary>
    private IEnumerable<long> Places(int samples)
    {
        var lanes = Shape.Lanes;
        for (var step = 0; step < lanes.Steps; step++)
        for (var sample = 0; sample < samples; sample++)
        for (var channel = 0; channel < Shape.Channels; channel++)
        for (var row = 0; row < Shape.Rows; row++)
        for (var column = 0; column < Shape.Columns; column++)
        {
            var (block, inBlock) = Math.DivRem(sample, lanes.BlockSamples);
            yield return Shape.Offset(block, row, column) + channel * lanes.Width + step * lanes.BlockSamples + inBlock;
        }
    }
}
