using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Reference;

/// <summary>An activation as an array of five dimensions: what hides the lane layout from the equations.</summary>
internal readonly struct HostActivation
{
    private readonly float[] values;

    // The shape's strides, which it computes anew at every use.
    private readonly long origin;
    private readonly long blockStride;
    private readonly int rowStride;
    private readonly int positionStride;
    private readonly int width;
    private readonly int blockSamples;
    private readonly int steps;

    /// <summary>Values that are floats: what is written here is written to the activation.</summary>
    /// <exception cref="ArgumentException">They are bits.</exception>
    public HostActivation(Activation activation)
        : this(activation.Shape, HostBuffer.Of(activation.Buffer))
    {
        if (activation.Shape.IsBits)
        {
            throw new ArgumentException("the operation takes floats, this activation is bits: Unpack it first", nameof(activation));
        }
    }

    private HostActivation(ActivationShape shape, float[] values)
    {
        Shape = shape;
        this.values = values;
        origin = shape.Offset(0, 0, 0);
        blockStride = shape.BlockStride;
        rowStride = shape.RowStride;
        positionStride = shape.PositionStride;
        width = shape.Lanes.Width;
        blockSamples = shape.Lanes.BlockSamples;
        steps = shape.Lanes.Steps;
    }

    /// <summary>Values to be read, floats or bits: of these a copy.</summary>
    public static HostActivation Reading(Activation activation, int samples)
    {
        if (!activation.Shape.IsBits)
        {
            return new HostActivation(activation);
        }

        var copy = Zero(activation.Shape);
        copy.FromHost(activation.ToHost(samples), samples);
        return new HostActivation(copy);
    }

    /// <summary>An activation of floats that is shaped like another, all zero.</summary>
    public static Activation Zero(ActivationShape shape)
    {
        var floats = shape with { Storage = Storage.Floats };
        return new Activation(floats, new HostBuffer(floats.Length));
    }

    public ActivationShape Shape { get; }

    public int Steps => steps;

    /// <summary>A value; rows and columns may reach into the border, and a static activation has its one value at every step.</summary>
    public ref float this[int step, int sample, int channel, int row, int column] =>
        ref values[Index(steps == 1 ? 0 : step, sample, channel, row, column)];

    public ref float this[Site at] => ref this[at.Step, at.Sample, at.Channel, at.Row, at.Column];

    /// <summary>Every value of the first <paramref name="samples"/> samples.</summary>
    public IEnumerable<Site> Sites(int samples) => Sites(Shape, Steps, samples);

    /// <summary>Every neuron of the first <paramref name="samples"/> samples: the sites of step 0.</summary>
    public IEnumerable<Site> Neurons(int samples) => Sites(Shape, 1, samples);

    /// <summary>The value at <paramref name="at"/>, or the sum of all its timesteps where the sum is for a static activation.</summary>
    public double SumFor(HostActivation receiver, Site at)
    {
        if (receiver.Steps == Steps)
            return this[at];
        var sum = 0.0;
        for (var step = 0; step < Steps; step++)
            sum += this[at with { Step = step }];
        return sum;
    }

    /// <summary>Zeroes the lanes that stand for no sample in use: what a backward operation leaves in them.</summary>
    public void ClearSpareLanes(int samples)
    {
        var lanes = Shape.Lanes;
        for (var sample = samples; sample < lanes.BlocksOf(samples) * lanes.BlockSamples; sample++)
        {
            foreach (var at in Sites(samples: 1))
                this[at with { Sample = sample }] = 0;
        }

        for (var lane = lanes.Lanes; lane < lanes.Width; lane++)
        {
            for (var block = 0; block < lanes.BlocksOf(samples); block++)
            {
                foreach (var at in Neurons(samples: 1))
                    values[Shape.Offset(block, at.Row, at.Column) + (long)at.Channel * lanes.Width + lane] = 0;
            }
        }
    }

    private long Index(int step, int sample, int channel, int row, int column)
    {
        var block = Math.DivRem(sample, blockSamples, out var sampleInBlock);
        var lane = step * blockSamples + sampleInBlock;
        return origin + block * blockStride + (long)row * rowStride + (long)column * positionStride + (long)channel * width + lane;
    }

    private static IEnumerable<Site> Sites(ActivationShape shape, int steps, int samples)
    {
        for (var step = 0; step < steps; step++)
            for (var sample = 0; sample < samples; sample++)
                for (var channel = 0; channel < shape.Channels; channel++)
                    for (var row = 0; row < shape.Rows; row++)
                        for (var column = 0; column < shape.Columns; column++)
                            yield return new Site(step, sample, channel, row, column);
    }
}
