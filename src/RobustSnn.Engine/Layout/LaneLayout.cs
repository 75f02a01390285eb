namespace RobustSnn.Engine.Layout;

/// <summary>
/// How the (timestep, sample) pairs of a batch are laid out as lanes, the innermost dimension of every activation.
/// All lanes see the same weights, so a convolution is a multiply-add of whole lane vectors.
/// </summary>
/// <param name="Batch">Samples of a full batch.</param>
/// <param name="Steps">Timesteps that the value has: T, or 1 for a value that is the same at every step (and for T = 0).</param>
/// <param name="BlockSamples">Samples of one lane block; lane = step · BlockSamples + sample.</param>
public readonly record struct LaneLayout(int Batch, int Steps, int BlockSamples)
{
    /// <summary>Floats of a 512-bit vector: the width of a block is a multiple of it.</summary>
    public const int VectorLanes = 16;

    /// <summary>Lanes that fit into a byte of bits, and half a vector of floats: one image's timesteps.</summary>
    public const int FewLanes = 8;

    private const int WidestAnnBlock = 4 * VectorLanes;

    /// <summary>Lanes of a block that stand for a (timestep, sample) pair.</summary>
    public int Lanes => checked(Steps * BlockSamples);

    /// <summary>Floats of a block's lane vector: Lanes rounded up to whole vectors. What lies behind Lanes is never read as a result.</summary>
    public int Width => checked((Lanes + VectorLanes - 1) / VectorLanes * VectorLanes);

    /// <summary>Lane blocks of a full batch.</summary>
    public int Blocks => BlocksOf(Batch);

    /// <summary>Blocks that hold the first <paramref name="samples"/> samples.</summary>
    public int BlocksOf(int samples) => samples / BlockSamples + (samples % BlockSamples == 0 ? 0 : 1);

    /// <summary>How many of a block's samples are among the first <paramref name="samples"/> of the batch.</summary>
    public int SamplesOf(int block, int samples) => Math.Clamp(samples - block * BlockSamples, 0, BlockSamples);

    /// <summary>The layout of a value that is the same at every timestep: one lane a sample, the same blocks.</summary>
    public LaneLayout Static => this with { Steps = 1 };

    /// <summary>The same with as few samples a block as it takes for one of so many values a lane to be addressed.</summary>
    public LaneLayout Fitting(long valuesOfLane)
    {
        var samples = BlockSamples;
        while (samples > 1 && valuesOfLane * (this with { BlockSamples = samples }).Width > ActivationShape.MostInBlock)
        {
            samples = (samples + 1) / 2;
        }

        return this with { BlockSamples = samples };
    }

    public override string ToString() => $"{Steps} steps of {Batch} samples in blocks of {BlockSamples}";

    /// <summary>A block for each image.</summary>
    public static LaneLayout ByImage(int batch, int timesteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        return new LaneLayout(batch, timesteps, 1);
    }

    /// <summary>Chooses the block size for a batch simulated for <paramref name="timesteps"/> steps (0: the ANN).</summary>
    /// <remarks>
    /// With time, 16 samples a block, so that no vector straddles two timesteps; without, up to 64 samples, so that a
    /// convolution's register tile (4 vectors) lies at one position.
    /// </remarks>
    public static LaneLayout Choose(int batch, int timesteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(timesteps);
        if (timesteps > 0)
        {
            return new LaneLayout(batch, timesteps, batch > VectorLanes / 2 ? VectorLanes : batch);
        }

        var blocks = (batch - 1) / WidestAnnBlock + 1;
        return new LaneLayout(batch, 1, blocks == 1 ? batch : ((batch - 1) / blocks + VectorLanes) / VectorLanes * VectorLanes);
    }
}
