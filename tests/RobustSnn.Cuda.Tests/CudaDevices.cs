using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests;

/// <summary>The device that these tests run on: a card, or the emulator where RSNN_CUDA_EMULATOR selects it.</summary>
internal static class CudaDevices
{
    /// <summary>The category of what is tested in a process that loads no library of NVIDIA's.</summary>
    public const string Without = "WithoutADevice";

    private static readonly Lazy<string?> Missing = new(Find);

    /// <summary>Skips the test, and says why, where there is neither.</summary>
    public static void Require()
    {
        if (Missing.Value is { } why)
        {
            Assert.Ignore($"{why}. RSNN_CUDA_EMULATOR=1 runs these tests without a card ('./build.sh Emulator' builds it).");
        }
    }

    /// <summary>Skips the test, and says why, in a process that computes on a device.</summary>
    public static void RequireNone()
    {
        if (Environment.GetEnvironmentVariable(LibraryPlaces.EmulatorVariable) is not null)
        {
            Assert.Ignore($"needs a process that loads no libraries of NVIDIA's: run with --filter TestCategory={Without} and without {LibraryPlaces.EmulatorVariable}");
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
