using ManagedCuda;
using ManagedCuda.BasicTypes;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>A context on the first device, current on the test's thread.</summary>
public abstract class DeviceFixture
{
    private readonly List<CUdeviceptr> taken = [];

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

    [TearDown]
    public void GiveBack()
    {
        taken.ForEach(Context.FreeMemory);
        taken.Clear();
    }

    /// <summary>Memory of the device, until the test ends.</summary>
    /// <param name="count">In elements.</param>
    protected unsafe CUdeviceptr Take<T>(int count)
        where T : unmanaged
    {
        taken.Add(Context.AllocateMemory(count * sizeof(T)));
        return taken[^1];
    }

    /// <summary>The same with these elements in it.</summary>
    protected CUdeviceptr Put<T>(params T[] elements)
        where T : unmanaged
    {
        var there = Take<T>(elements.Length);
        Context.CopyToDevice(there, elements);
        return there;
    }

    /// <summary>Elements that lie at an address of the device.</summary>
    protected T[] Get<T>(CUdeviceptr there, int count)
        where T : unmanaged
    {
        var elements = new T[count];
        Context.CopyToHost(elements, there);
        return elements;
    }

    /// <summary>Numbers that float32 holds exactly, sums of a few products of them, too.</summary>
    protected static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)((i * 37 % 23) - 11))];
}
