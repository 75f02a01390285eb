using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>Tests of calls run on the card where there is one, else on the emulator where that has been built, else they are skipped.</summary>
[SetUpFixture]
public sealed class DeviceSetUp
{
    [OneTimeSetUp]
    public void SetUp()
    {
        var isInstalled = new LibrarySearch(SearchedMachine.ThisOne, NvidiaLibrary.Driver, null).Handle != 0;
        if (!isInstalled && Directory.Exists(Path.Combine(Repository.Root, "native", "emulator", "build")))
        {
            Environment.SetEnvironmentVariable(LibraryPlaces.EmulatorVariable, "1");
        }
    }

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
