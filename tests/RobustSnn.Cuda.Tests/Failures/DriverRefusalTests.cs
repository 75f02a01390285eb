using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>A driver that is there and gives no card: that there is none is said only where there is none, else what the driver said.</summary>
public sealed class DriverRefusalTests
{
    private const string NoCard = "NVIDIA's driver is here and shows no card";

    private static IEnumerable<TestCaseData> Refusals()
    {
        yield return Refusal("int cuInit() { return 100; }", NoCard);
        yield return Refusal("int cuDeviceGetCount(int* count) { *count = 0; return 0; }", NoCard);
        yield return Refusal("int cuInit() { return 999; }", @"NVIDIA's driver is here and refuses: cuInit: \w+ \(999\): \w.*");
        yield return Refusal("int cuInit() { return 803; }", @"NVIDIA's driver is here and refuses: cuInit: \w+ \(803\): \w.*");
        yield return Refusal("int cuDeviceGetCount() { return 3; }", @"NVIDIA's driver is here and refuses: cuDeviceGetCount: CUDA_ERROR_NOT_INITIALIZED \(3\): \w.*");
    }

    [TestCaseSource(nameof(Refusals))]
    public void A_command_ends_with_it(string calls, string expected)
    {
        using var emulator = new FailingEmulator("libcuda.so.1", calls);
        var (code, _, error) = emulator.Run("rsnn", "bench", "--architecture", "vggmini", "--backend", "cuda");
        Assert.That(error, Does.Match($"^rsnn: cuda: {expected}\n$"));
        Assert.That(code, Is.EqualTo(2));
    }

    [TestCaseSource(nameof(Refusals))]
    public void The_list_of_devices_says_it(string calls, string expected)
    {
        using var emulator = new FailingEmulator("libcuda.so.1", calls);
        var (code, output, error) = emulator.Run("rsnn", "devices");
        Assert.That(output, Does.Match($"(?m)^cuda: {expected}$"), error);
        Assert.That(code, Is.Zero);
    }

    [TestCaseSource(nameof(Refusals))]
    public void The_report_says_it(string calls, string expected)
    {
        using var emulator = new FailingEmulator("libcuda.so.1", calls);
        using var folder = new TemporaryFolder();
        Assert.That(emulator.Run("--out", Path.Combine(folder.Path, "report.md")).Error, Does.Match($"^gpu-report: no card can be used here: {expected}\n"));
    }

    [Test]
    public void Of_a_card_that_is_there_what_it_refuses_is_said()
    {
        using var emulator = new FailingEmulator("libcuda.so.1", "int cuDevicePrimaryCtxRetain() { return 2; }");
        Assert.That(emulator.Run("rsnn", "bench", "--architecture", "vggmini", "--backend", "cuda").Error,
            Does.Match(@"^rsnn: cuda: NVIDIA's driver is here and refuses: cuDevicePrimaryCtxRetain: CUDA_ERROR_OUT_OF_MEMORY \(2\): "));
    }

    private static TestCaseData Refusal(string calls, string expected) => new TestCaseData(calls, expected).SetArgDisplayNames(calls);
}
