using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Benchmarks;

/// <summary>Activations and parameters with random values; freed together.</summary>
internal sealed class Tensors(IBackend backend) : IDisposable
{
    private readonly List<DeviceBuffer> owned = [];
    private ulong stream;

    /// <summary>Standard normal inside, zero on the border and in unused lanes.</summary>
    public Activation Normal(ActivationShape shape) => Fill(shape, value => value);

    /// <summary>1 with a probability of about 0.16, else 0: spikes.</summary>
    public Activation Spikes(ActivationShape shape) => Fill(shape, value => value > 1 ? 1 : 0);

    public DeviceBuffer Buffer(long length, float value = 0)
    {
        DeviceBuffer buffer = backend.Allocate(length);
        backend.Fill(buffer, value);
        owned.Add(buffer);
        return buffer;
    }

    /// <summary>Standard normal values.</summary>
    public DeviceBuffer Normal(int count)
    {
        DeviceBuffer buffer = Buffer(count);
        backend.RandomFill(buffer, count, RandomKind.Normal, new RandomKey(0, stream++));
        return buffer;
    }

    /// <summary>The given share of weights, drawn at random.</summary>
    public static SparsityPattern Pattern(int count, double kept)
    {
        var random = new Random(0);
        return SparsityPattern.OfMask([.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < kept ? 1f : 0f)]);
    }

    public void Dispose()
    {
        foreach (DeviceBuffer buffer in owned)
        {
            buffer.Dispose();
        }
    }

    private Activation Fill(ActivationShape shape, Func<float, float> of)
    {
        var activation = new Activation(shape, Buffer(shape.Length));
        activation.FromHost(Array.ConvertAll(Draw(shape.Lanes.Steps * shape.Lanes.Batch * shape.Count), value => of(value)), shape.Lanes.Batch);
        return activation;
    }

    private float[] Draw(int count)
    {
        using DeviceBuffer draws = backend.Allocate(count);
        backend.RandomFill(draws, count, RandomKind.Normal, new RandomKey(0, stream++));
        return draws.ToArray();
    }
}
