using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Layout;

/// <summary>
/// The one layout of activations and of their gradients: [lane block][row][column][channel][lane].
/// Rows and columns are framed by <paramref name="Border"/> positions of zeros that convolutions read and nobody writes.
/// </summary>
/// <param name="Channels">Values at a position of a lane.</param>
/// <param name="Rows">Rows of the map, border not counted.</param>
/// <param name="Columns">Columns of the map, border not counted.</param>
/// <param name="Border">Width of the frame, in positions.</param>
/// <param name="Lanes">How (timestep, sample) pairs make lanes.</param>
/// <param name="Storage">Spikes may be bits, laid out as <see cref="BitLayout"/> says; the strides here are those of floats.</param>
public readonly record struct ActivationShape(
    int Channels, int Rows, int Columns, int Border, LaneLayout Lanes, Storage Storage = Storage.Floats)
{
    /// <summary>Floats that a lane block can have: offsets within it, in bytes, are 32-bit numbers.</summary>
    public const long MostInBlock = int.MaxValue / sizeof(float);

    /// <summary>Whether values are spikes of one bit.</summary>
    public bool IsBits => Storage == Storage.Bits;

    /// <summary>What a buffer of such values holds.</summary>
    public ElementType ElementType => IsBits ? ElementType.BitWord : ElementType.Float32;

    /// <summary>Where the bits are, for one that has them.</summary>
    public BitLayout Bits => new(Channels, Rows, Columns, Border, Lanes);

    /// <summary>Floats from one position to the next: Channels × lane width.</summary>
    public int PositionStride => checked(Channels * Lanes.Width);

    /// <summary>Floats from one row to the next, border included.</summary>
    public int RowStride => checked((Columns + 2 * Border) * PositionStride);

    /// <summary>Floats from one lane block to the next.</summary>
    public long BlockStride => checked((long)(Rows + 2 * Border) * RowStride);

    /// <summary>Elements in all: floats, or words of bits.</summary>
    public long Length => checked(IsBits ? Bits.Bytes / sizeof(float) : Lanes.Blocks * BlockStride);

    /// <summary>Values of one lane, its frame included.</summary>
    public long ValuesOfLane => checked(Channels * (long)(Rows + 2 * Border) * (Columns + 2 * Border));

    /// <summary>Neurons (or values) of one sample at one timestep.</summary>
    public int Count => checked(Channels * Rows * Columns);

    /// <summary>Floats of a row without its border: contiguous.</summary>
    public int RowLength => checked(Columns * PositionStride);

    /// <summary>Index of lane 0 of channel 0 at a position; row and column count from 0 inside the border and may reach into it.</summary>
    public long Offset(int block, int row, int column) =>
        block * BlockStride + (long)(row + Border) * RowStride + (long)(column + Border) * PositionStride;
}

/// <summary>An activation, or the gradient of one, on the device.</summary>
/// <exception cref="ArgumentException">The buffer is too small for the shape.</exception>
public sealed record Activation(ActivationShape Shape, DeviceBuffer Buffer)
{
    public DeviceBuffer Buffer { get; } = Buffer.Length >= Shape.Length
        ? Buffer
        : throw new ArgumentException($"an activation of {Shape.Length} elements expected a buffer as long, found {Buffer.Length}", nameof(Buffer));

    /// <summary>Copies the values of the first <paramref name="samples"/> samples to the host as (step, sample, channel, row, column).</summary>
    public float[] ToHost(int samples)
    {
        if (!Shape.IsBits)
        {
            var device = Buffer.ToArray();
            return [.. Places(samples).Select(site => device[Float(site)])];
        }

        var bits = Shape.Bits;
        var words = new uint[Shape.Length];
        Buffer.DownloadAs<uint>(words);
        var bytes = MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
        return [.. Places(samples).Select(site => (float)((bytes[bits.Byte(site)] >> bits.Bit(site)) & 1))];
    }

    /// <summary>The inverse of <see cref="ToHost"/>: sets the values of the first <paramref name="samples"/> samples, and zero elsewhere.</summary>
    public void FromHost(ReadOnlySpan<float> host, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(host.Length, checked(Shape.Lanes.Steps * samples * Shape.Count));
        var device = new float[Shape.Length];
        var bytes = MemoryMarshal.AsBytes(device.AsSpan());
        var bits = Shape.Bits;
        var next = 0;
        foreach (var site in Places(samples))
        {
            var value = host[next++];
            if (!Shape.IsBits)
            {
                device[Float(site)] = value;
            }
            else if (value != 0)
            {
                bytes[(int)bits.Byte(site)] |= (byte)(1 << bits.Bit(site));
            }
        }

        Buffer.Upload(device);
    }

    private long Float(Site site)
    {
        var (block, inBlock) = Math.DivRem(site.Sample, Shape.Lanes.BlockSamples);
        return Shape.Offset(block, site.Row, site.Column) + site.Channel * Shape.Lanes.Width + site.Step * Shape.Lanes.BlockSamples + inBlock;
    }

    /// <summary>(step, sample, channel, row, column), in that order.</summary>
    private IEnumerable<Site> Places(int samples)
    {
        for (var step = 0; step < Shape.Lanes.Steps; step++)
            for (var sample = 0; sample < samples; sample++)
                for (var channel = 0; channel < Shape.Channels; channel++)
                    for (var row = 0; row < Shape.Rows; row++)
                        for (var column = 0; column < Shape.Columns; column++)
                        {
                            yield return new Site(step, sample, channel, row, column);
                        }
    }
}
