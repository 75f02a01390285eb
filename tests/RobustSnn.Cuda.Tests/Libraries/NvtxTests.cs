using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Cuda.Tests.Profiling;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>A profiler attaches and hears ranges.</summary>
public sealed class NvtxTests
{
    [Test]
    public void A_profiler_hears_ranges()
    {
        using var profiler = new AttachedProfiler();
        Assert.That(profiler.IsAttached, Is.True);
        Call(nameof(Nvtx.RangePush), "forward");
        Call(nameof(Nvtx.RangePush), "spikes ≥ 0");
        Call(nameof(Nvtx.RangePop));
        Call(nameof(Nvtx.RangePop));
        Assert.That(profiler.Heard, Is.EqualTo(new[] { "push forward", "push spikes ≥ 0", "pop ", "pop " }));

        void Call(string name, params object[] arguments) => profiler.NvtxClass.GetMethod(name)!.Invoke(null, arguments);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/nowhere/libinjection.so")]
    public void Without_a_profiler_nobody_hears(string? library) => Assert.That(NvtxInjection.Attach(library), Is.Null);
}
