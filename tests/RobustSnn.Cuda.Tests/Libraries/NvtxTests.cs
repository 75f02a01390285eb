using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>A profiler attaches and hears ranges and marks. There is one in a process, if any, so that this is one test.</summary>
public sealed unsafe class NvtxTests
{
    [Test]
    public void A_profiler_hears_ranges_and_marks()
    {
        using var folder = new TemporaryFolder();
        using var compiler = new CCompiler(folder);
        using var source = new StreamReader(typeof(NvtxTests).Assembly.GetManifestResourceStream("injection.c")!);
        var library = compiler.Library("libinjection.so", source.ReadToEnd());
        Environment.SetEnvironmentVariable("NVTX_INJECTION64_PATH", library);

        Nvtx.RangePush("forward");
        Nvtx.Mark("spikes ≥ 0");
        Nvtx.RangePop();
        Assert.That(Nvtx.IsAttached, Is.True);
        var heard = (delegate* unmanaged<nint>)NativeLibrary.GetExport(NativeLibrary.Load(library), "heard");
        Assert.That(Marshal.PtrToStringUTF8(heard()), Is.EqualTo("push forward\nmark spikes ≥ 0\npop \n"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/nowhere/libinjection.so")]
    public void Without_a_profiler_nobody_hears(string? library) => Assert.That(NvtxInjection.Attach(library), Is.Null);
}
