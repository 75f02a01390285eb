using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Checked;

/// <summary>
/// Any backend, with every call looked at: before it, that shapes, lengths, element types, samples and shared memory are what the operation
/// takes, that borders are zero and spare lanes of gradients too; after it, that it left them so. What is wrong is an ArgumentException that
/// names the operation, the argument, what was expected and what was found, rather than memory written over.
/// </summary>
/// <remarks>It downloads what it looks at, so it is slow: for tests, and for users who set <see cref="Backends.CheckVariable"/>.</remarks>
public sealed partial class CheckedBackend(IBackend inner) : IBackend
{
    /// <summary>The backend that computes.</summary>
    public IBackend Inner { get; } = inner;

    public string Name => $"{Inner.Name}, checked";

    public string Arithmetic => Inner.Arithmetic;

    public bool AddsInKnownOrder => Inner.AddsInKnownOrder;

    public int Parallelism => Inner.Parallelism;

    public long LiveBytes => Inner.LiveBytes;

    public long FreeBytes => Inner.FreeBytes;

    public long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan) => Inner.WorkspaceBytes(plan);

    public DeviceBuffer Allocate(long length, ElementType type = ElementType.Float32) => Inner.Allocate(length, type);

    public LaneLayout ChooseLanes(int batch, int timesteps, bool skipsSilence, long largestMap) =>
        Inner.ChooseLanes(batch, timesteps, skipsSilence, largestMap);

    public bool PoolsWhileReading(LaneLayout lanes) => Inner.PoolsWhileReading(lanes);

    /// <summary>Is not handed on: each replay is looked at like the first run.</summary>
    public IRecording Record(Action operations)
    {
        operations();
        return new CalledRecording(operations);
    }

    public void Synchronize() => Inner.Synchronize();

    public IDisposable? Range(string name) => Inner.Range(name);

    public DeviceTraffic? Traffic => Inner.Traffic;

    public void Dispose() => Inner.Dispose();

    public void Fill(DeviceBuffer target, float value)
    {
        new Call(nameof(Fill), 0).Vector(nameof(target), target, 0);
        Inner.Fill(target, value);
    }

    public void Copy(DeviceBuffer source, DeviceBuffer target, long count)
    {
        var call = new Call(nameof(Copy), 0);
        call.Vector(nameof(source), source, count, source.Type);
        call.Vector(nameof(target), target, count, source.Type);
        Inner.Copy(source, target, count);
    }

    public void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source)
    {
        var call = new Call(nameof(Blend), 0);
        call.Vector(nameof(target), target, 0);
        call.Vector(nameof(source), source, target.Length);
        Inner.Blend(target, keep, scale, source);
    }

    public void ClampBelow(DeviceBuffer target, float minimum)
    {
        new Call(nameof(ClampBelow), 0).Vector(nameof(target), target, 0);
        Inner.ClampBelow(target, minimum);
    }

    public void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key)
    {
        new Call(nameof(RandomFill), 0).Vector(nameof(target), target, count);
        Inner.RandomFill(target, count, kind, key);
    }

    public void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples)
    {
        var call = new Call(nameof(RandomFillSamples), samples);
        call.Vector(nameof(numbers), numbers, samples, ElementType.Int32);
        call.Vector(nameof(target), target, numbers.Length);
        call.Require(target.Length % numbers.Length == 0, $"target expected as many images as numbers, found {target.Length} floats for {numbers.Length}");
        Inner.RandomFillSamples(target, numbers, kind, key, samples);
    }

    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay)
    {
        var call = new Call(nameof(SgdStep), 0);
        call.Vector(nameof(gradient), gradient, value.Length);
        call.Vector(nameof(velocity), velocity, value.Length);
        call.Apart(nameof(value), value, nameof(gradient), gradient);
        call.Apart(nameof(value), value, nameof(velocity), velocity);
        call.Apart(nameof(gradient), gradient, nameof(velocity), velocity);
        Inner.SgdStep(value, gradient, velocity, learningRate, momentum, weightDecay);
    }

    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target)
    {
        var call = new Call(nameof(KeepLargest), 0);
        call.Vector(nameof(scores), scores, kept);
        call.Vector(nameof(values), values, scores.Length);
        call.Vector(nameof(target), target, scores.Length);
        call.Apart(nameof(scores), scores, nameof(target), target);
        Inner.KeepLargest(scores, values, kept, target);
    }

    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target)
    {
        var call = new Call(nameof(MultiplyAdd), 0);
        call.Vector(nameof(first), first, target.Length);
        call.Vector(nameof(second), second, target.Length);
        call.Vector(nameof(target), target, 0);
        Inner.MultiplyAdd(first, second, target);
    }

    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index)
    {
        var call = new Call(nameof(InnerProduct), 0);
        call.Vector(nameof(first), first, second.Length);
        call.Vector(nameof(second), second, first.Length);
        call.Require(index >= 0, $"index expected 0 or more, found {index}");
        call.Vector(nameof(target), target, index + 1L, ElementType.Float64);
        Inner.InnerProduct(first, second, target, index);
    }

    public void Sum(Activation values, DeviceBuffer target, int index, int samples)
    {
        var call = new Call(nameof(Sum), samples);
        call.Value(nameof(values), values);
        call.Require(index >= 0, $"index expected 0 or more, found {index}");
        call.Vector(nameof(target), target, index + 1L, ElementType.Float64);
        Inner.Sum(values, target, index, samples);
    }

    public void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples)
    {
        var call = new Call(nameof(KthSmallest), samples);
        call.Floats(nameof(values), values);
        call.Require(index >= 0, $"index expected 0 or more, found {index}");
        call.Vector(nameof(target), target, index + 1L);
        Inner.KthSmallest(values, k, target, index, samples);
    }
}
