using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>Masks where their scores are as bad as they get: all alike, over several chunks that different blocks take.</summary>
[TestFixture]
public sealed class MaskTests
{
    private const int Length = 3 * 4096 + 5;

    private IBackend backend = null!;

    [OneTimeSetUp]
    public void NeedsADevice()
    {
        CudaDevices.Require();
        backend = Backends.Open(CudaBackends.Name);
    }

    [OneTimeTearDown]
    public void Close() => backend?.Dispose();

    [Test]
    public void Of_scores_that_are_all_alike_the_first_are_kept(
        [Values(0, 1, 255, 4096, 4097, 8000, Length - 1, Length)] int kept, [Values(0, -0.5f, float.PositiveInfinity, float.NaN)] float score)
    {
        using var scores = backend.Allocate(Length);
        using var values = backend.Allocate(Length);
        using var target = backend.Allocate(Length);
        scores.Upload([.. Enumerable.Repeat(score, Length)]);
        values.Upload([.. Enumerable.Range(1, Length).Select(i => (float)i)]);
        target.Upload([.. Enumerable.Repeat(float.NaN, Length)]);
        backend.KeepLargest(scores, values, kept, target);
        Assert.That(target.ToArray(), Is.EqualTo(Enumerable.Range(1, Length).Select(i => i <= kept ? i : 0f)));
    }
}
