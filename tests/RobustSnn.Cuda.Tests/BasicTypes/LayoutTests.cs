using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using ManagedCuda.CudaSparse;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.BasicTypes;

/// <summary>Structures lie in memory as CUDA has them: they are handed over as they are.</summary>
public sealed class LayoutTests
{
    [TestCase(typeof(SizeT), 8)]
    [TestCase(typeof(CUdeviceptr), 8)]
    [TestCase(typeof(CUdevice), 4)]
    [TestCase(typeof(CUcontext), 8)]
    [TestCase(typeof(CUmodule), 8)]
    [TestCase(typeof(CUfunction), 8)]
    [TestCase(typeof(CUstream), 8)]
    [TestCase(typeof(CUevent), 8)]
    [TestCase(typeof(CUgraph), 8)]
    [TestCase(typeof(CUgraphExec), 8)]
    [TestCase(typeof(CUgraphNode), 8)]
    [TestCase(typeof(CudaBlasHandle), 8)]
    [TestCase(typeof(cusparseContext), 8)]
    [TestCase(typeof(cusparseSpMatDescr), 8)]
    [TestCase(typeof(cusparseConstSpMatDescr), 8)]
    [TestCase(typeof(cusparseDnMatDescr), 8)]
    [TestCase(typeof(cusparseConstDnMatDescr), 8)]
    public void A_structure_has_CUDAs_size(Type type, int bytes) => Assert.That(RuntimeHelpers.SizeOf(type.TypeHandle), Is.EqualTo(bytes));

    [TestCase(typeof(CUResult), 4)]
    [TestCase(typeof(CUStreamFlags), 4)]
    [TestCase(typeof(CUJITOption), 4)]
    [TestCase(typeof(cudaDataType), 4)]
    [TestCase(typeof(ComputeType), 4)]
    [TestCase(typeof(cusparseStatus), 4)]
    [TestCase(typeof(CUgraphInstantiate_flags), 8)]
    public void An_enum_has_CUDAs_size(Type type, int bytes) => Assert.That(Marshal.SizeOf(Enum.GetUnderlyingType(type)), Is.EqualTo(bytes));

    [Test]
    public void Sizes_keep_64_bits_and_the_sign_of_what_they_come_from()
    {
        Assert.That((ulong)new SizeT(0xFEDC_BA98_7654_3210), Is.EqualTo(0xFEDC_BA98_7654_3210));
        Assert.That((long)new SizeT(-1), Is.EqualTo(-1));
        Assert.That((ulong)(SizeT)uint.MaxValue, Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void Addresses_count_bytes()
    {
        var address = new CUdeviceptr(0x7F00_0000_1000);
        Assert.That((ulong)(address + 0x1_0000_0000L), Is.EqualTo(0x7F01_0000_1000));
        Assert.That((ulong)(address - 0x1000), Is.EqualTo(0x7F00_0000_0000));
        Assert.That(address + 4 == address, Is.False);
    }
}
