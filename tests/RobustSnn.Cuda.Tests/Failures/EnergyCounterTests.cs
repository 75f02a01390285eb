using System.Text.Json;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Failures;

/// <summary>A counter of energy that fails, at once or on the way: what was counted is told nevertheless, with the reason why nothing was measured.</summary>
public sealed class EnergyCounterTests
{
    private const string Counter = "nvmlDeviceGetTotalEnergyConsumption";

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return Failure("not on this card", $"int {Counter}() {{ return 3; }}", $"{Counter}: Not Supported (3)");
        yield return Failure("on the way", $"static int calls; int {Counter}(void* card, unsigned long long* mj) {{ *mj = calls * 1000; return ++calls > 4 ? 15 : 0; }}",
            $"{Counter}: Unknown Error (15)");
        yield return Failure("backwards", $"static int calls; int {Counter}(void* card, unsigned long long* mj) {{ *mj = ++calls > 4 ? 7 : calls * 1000; return 0; }}",
            "its counter went back from 4000 mJ to 7 mJ");
        yield return Failure("no such call of the driver's", "int cuDeviceGetPCIBusId() { return 101; }", "could not ask where the card sits: CUDA_ERROR_INVALID_DEVICE (101)",
            "libcuda.so.1");
    }

    [TestCaseSource(nameof(Failures))]
    public void What_was_counted_is_told_with_the_reason(string library, string calls, string reason)
    {
        using var emulator = new FailingEmulator(library, calls);
        using var folder = new TemporaryFolder();
        var network = Path.Combine(folder.Path, "drawn.safetensors");
        Assert.That(emulator.Run("network", network, "--quick").Code, Is.Zero);
        var (code, output, error) = emulator.Run("rehearse", "energy", network, "--backend", "cuda", "--json", "--batch", "2", "--samples", "10");
        Assert.That(code, Is.Zero, error);
        var found = JsonDocument.Parse(output).RootElement;
        Assert.That(found.GetProperty("measured").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(found.GetProperty("why_not_measured").GetString(), Does.StartWith("cuda: the energy of RobustSnn emulator").And.Contain(reason));
        Assert.That(found.GetProperty("clean").GetProperty("operations").GetDouble(), Is.Positive);
        Assert.That(error, Does.Not.Contain("Exception"));
    }

    private static TestCaseData Failure(string name, string calls, string reason, string library = "libnvidia-ml.so.1") =>
        new TestCaseData(library, calls, reason).SetArgDisplayNames(name);
}
