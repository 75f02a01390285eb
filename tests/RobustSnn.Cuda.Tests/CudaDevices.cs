using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
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

    /// <summary>The backend itself: no call is looked at before it is made.</summary>
    public static IBackend Open() => Backends.Open(CudaBackends.Name, new(IsChecked: false));

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
