using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>Tests of calls run on the card, or on the emulator where RSNN_CUDA_EMULATOR selects it, else they are skipped.</summary>
internal static class DeviceSetUp
{
    /// <summary>Skips the test where the library is not there, and says what was tried.</summary>
    public static void Require(NvidiaLibrary library)
    {
        try
        {
            _ = CudaLibraries.Require(library);
        }
        catch (CudaLibraryException missing)
        {
            Assert.Ignore(missing.Message);
        }
    }
}
