using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>A card at fault answers everything with its fault, also what is called on the way out: what is said is where it was met first.</summary>
public sealed class FaultTests
{
    private const string IllegalAddress = "CUDA_ERROR_ILLEGAL_ADDRESS \\(700\\): ";

    [TestCase("cuLaunchKernel", "launch kernel .* bytes: " + IllegalAddress)]
    [TestCase("cuEventSynchronize", "wait for a copy: " + IllegalAddress)]
    [TestCase("cuMemGetInfo_v2", "ask for the memory that is free: " + IllegalAddress)]
    public void A_fault_is_said_where_it_was_met(string call, string what)
    {
        using var emulator = new FailingEmulator("libcuda.so.1", $$"""
            #define _GNU_SOURCE
            #include <dlfcn.h>
            static int fault;
            int {{call}}() { return fault = 700; }
            int cuCtxSetCurrent(void* context) { return fault ? fault : ((int (*)(void*))dlsym(RTLD_NEXT, "cuCtxSetCurrent"))(context); }
            """);
        var (code, _, error) = emulator.Run("rsnn", "bench", "--architecture", "vggmini", "--backend", "cuda", "--batch", "2", "--timesteps", "2",
            "--phase", "infer", "--warm-up", "0", "--repeat", "1");
        Assert.That(error, Does.Match($"^rsnn: InvalidOperationException: cuda: could not {what}"));
        Assert.That(code, Is.EqualTo(1));
    }
}
