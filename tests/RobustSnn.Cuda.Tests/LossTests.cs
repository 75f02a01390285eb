using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>What losses make of labels that only the card sees.</summary>
[TestFixture]
public sealed class LossTests
{
    private const int Classes = 5;
    private const int Samples = 3;

    private IBackend backend = null!;

    private static IEnumerable<TestCaseData> Cases =>
        from loss in Enum.GetValues<LogitLoss>()
        from wrong in new[] { -1, 5, 1e9f, float.NaN }
        from isTarget in new[] { false, true }
        where loss.HasTarget() || !isTarget
        select new TestCaseData(loss, wrong, isTarget);

    [OneTimeSetUp]
    public void NeedsADevice()
    {
        CudaDevices.Require();
        backend = Backends.Open(CudaBackends.Name, new BackendOptions(IsChecked: false)); // a checked one refuses before
    }

    [OneTimeTearDown]
    public void Close() => backend?.Dispose();

    /// <summary>A loss that is no number voids the figure; its neighbours are what they are.</summary>
    [TestCaseSource(nameof(Cases))]
    public void A_label_or_target_that_is_no_class_makes_a_loss_and_its_gradients_no_numbers(LogitLoss loss, float wrong, bool isTarget)
    {
        using var logits = backend.Allocate(Samples * Classes);
        using var reference = backend.Allocate(Samples * Classes);
        using var right = backend.Allocate(Samples);
        using var outside = backend.Allocate(Samples);
        using var losses = backend.Allocate(Samples);
        using var gradient = backend.Allocate(Samples * Classes);
        using var referenceGradient = backend.Allocate(Samples * Classes);
        logits.Upload([.. Enumerable.Range(0, Samples * Classes).Select(i => 0.25f * (i * 7 % 11))]);
        right.Upload([1, 2, 3]);
        outside.Upload([1, wrong, 3]);
        backend.LogitLoss(loss, logits, reference, isTarget ? right : outside, Classes, 1, losses, gradient, referenceGradient, Samples,
            isTarget ? outside : right);
        Assert.That(losses.ToArray().Select(float.IsNaN), Is.EqualTo(new[] { false, true, false }));
        Assert.That(gradient.ToArray().Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, Samples * Classes).Select(i => i / Classes == 1)));
        Assert.That(referenceGradient.ToArray().Any(float.IsNaN), Is.EqualTo(loss.HasReference()));
    }
}
