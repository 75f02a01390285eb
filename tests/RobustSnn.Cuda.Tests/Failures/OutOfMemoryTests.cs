using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>
/// Not only buffers take a card's memory: graphs, code, launches and the libraries do so themselves. Whichever finds none left, it is the user who can do
/// something about it.
/// </summary>
public sealed class OutOfMemoryTests
{
    private const string Driver = "libcuda.so.1";
    private const string Blas = "libcublas.so.12";
    private const string Sparse = "libcusparse.so.12";

    [TestCase(Driver, "cuModuleLoadDataEx", 2, "load the kernels of [a-zA-Z]+\\.ptx")]
    [TestCase(Driver, "cuModuleGetFunction", 2, "find kernel .* in [a-zA-Z]+\\.ptx")]
    [TestCase(Driver, "cuLaunchKernel", 2, "launch kernel .* threads and [0-9]+ bytes")]
    [TestCase(Driver, "cuGraphInstantiateWithFlags", 2, "make a graph")]
    [TestCase(Driver, "cuGraphLaunch", 2, "launch a graph")]
    [TestCase(Blas, "cublasCreate_v2", 3, "start cuBLAS")]
    [TestCase(Blas, "cublasGemmBatchedEx", 3, "have cuBLAS compute .*")]
    [TestCase(Sparse, "cusparseCreate", 2, "start cuSPARSE")]
    [TestCase(Sparse, "cusparseSpMM", 11, "have cuSPARSE multiply")]
    public void What_finds_no_memory_left_is_said(string library, string call, int answer, string what)
    {
        var (code, error) = Compute(library, $"int {call}() {{ return {answer}; }}");
        Assert.That(error, Does.Match(
            $"^rsnn: cuda: RobustSnn emulator .* has too little memory left to {what}, beside [0-9]+ MiB in use and [0-9]+ MiB free\\. "
            + "Take a smaller batch or fewer timesteps\n$"));
        Assert.That(code, Is.EqualTo(2));
    }

    [TestCase(Blas, "cublasCreate_v2", "cuBLAS does not start: cublasCreate: NotInitialized \\(1\\)")]
    [TestCase(Sparse, "cusparseCreate", "cuSPARSE does not start: NotInitialized \\(1\\)")]
    public void A_library_that_does_not_start_says_what_may_be_the_reason(string library, string call, string what)
    {
        var (code, error) = Compute(library, $"int {call}() {{ return 1; }}");
        Assert.That(error, Does.Match($"^rsnn: cuda: {what}\\. Is it of a CUDA that the driver \\([0-9.]+\\) knows, and is memory .* \\([0-9]+ MiB are free\\)\\?\n$"));
        Assert.That(code, Is.EqualTo(2));
    }

    /// <summary>Times a step of training, or, to come to a product of cuSPARSE, evaluates a network that has one.</summary>
    private static (int Code, string Error) Compute(string library, string calls)
    {
        using var emulator = new FailingEmulator(library, calls);
        if (library != Sparse)
        {
            var (failed, _, reason) = emulator.Run("rsnn", "bench", "--architecture", "vggmini", "--backend", "cuda", "--batch", "2", "--timesteps", "2",
                "--phase", "trades", "--warm-up", "0", "--repeat", "1");
            return (failed, reason);
        }

        using var folder = new TemporaryFolder();
        var network = Path.Combine(folder.Path, "wide.safetensors");
        WideHead.Save(network);
        var (code, _, error) = emulator.Run("rsnn", "evaluate", network, "--backend", "cuda", "--attack", "fgsm", "--epsilon", "8/255", "--samples", "2");
        return (code, error);
    }
}
