using ManagedCuda.BasicTypes;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;
using static ManagedCuda.DriverAPINativeMethods;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>What NVML says of the device that the driver has, which are one device by its identifier.</summary>
public sealed class EnergyTests : DeviceFixture
{
    [SetUp]
    public void SetUp() => DeviceSetUp.Require(NvidiaLibrary.Nvml);

    [Test]
    public void The_drivers_device_is_found_by_its_identifier()
    {
        var uuid = default(CUuuid);
        Assert.That(DeviceManagement.cuDeviceGetUuid_v2(ref uuid, Context.Device), Is.EqualTo(CUResult.Success));
        using var nvml = new Nvml();
        Assert.That(nvml.DeviceByUuid(uuid.bytes).Name, Is.EqualTo(Context.GetDeviceName()));
    }

    [Test]
    public void Energy_grows()
    {
        using var nvml = new Nvml();
        var device = nvml.DeviceByIndex(0);
        try
        {
            var before = device.TotalEnergyMillijoules;
            Thread.Sleep(200);
            Assert.That(device.TotalEnergyMillijoules, Is.GreaterThan(before));
            Assert.That(device.PowerMilliwatts, Is.Positive);
        }
        catch (NvmlException error) when (error.Error == NvmlReturn.NotSupported)
        {
            Assert.Ignore(error.Message);
        }
    }

    [Test]
    public void A_device_that_is_not_there_is_named()
    {
        using var nvml = new Nvml();
        Assert.That(() => nvml.DeviceByIndex(1000), Throws.TypeOf<NvmlException>().With.Message.StartsWith("nvmlDeviceGetHandleByIndex_v2 of 1000: "));
    }
}
