using ManagedCuda;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>A context on the first device, current on the test's thread.</summary>
public abstract class DeviceFixture
{
    protected PrimaryContext Context { get; private set; } = null!;

    [OneTimeSetUp]
    public void Open()
    {
        DeviceSetUp.Require(NvidiaLibrary.Driver);
        Context = new PrimaryContext(0);
    }

    [OneTimeTearDown]
    public void Close() => Context?.Dispose();

    [SetUp]
    public void MakeCurrent() => Context.SetCurrent();

    /// <summary>Numbers that float32 holds exactly, sums of a few products of them, too.</summary>
    protected static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)((i * 37 % 23) - 11))];
}
