using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests;

/// <summary>The device that these tests run on: a card, or the emulator where RSNN_CUDA_EMULATOR selects it.</summary>
internal static class CudaDevices
{
    private static readonly Lazy<string?> Missing = new(Find);

    /// <summary>Skips the test, and says why, where there is neither.</summary>
    public static void Require()
    {
        if (Missing.Value is { } why)
        {
            Assert.Ignore($"{why}. RSNN_CUDA_EMULATOR=1 runs these tests without a card ('./build.sh Emulator' builds it).");
        }
    }

    private static string? Find()
    {
        CudaBackends.Register();
        try
        {
            Backends.Open(CudaBackends.Name).Dispose();
            return null;
        }
        catch (BadInputException why)
        {
            return why.Message;
        }
    }
}
