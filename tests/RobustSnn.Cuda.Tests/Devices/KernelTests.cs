using System.Text;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using ManagedCuda.VectorTypes;
using NUnit.Framework;
using static ManagedCuda.DriverAPINativeMethods;

namespace RobustSnn.Cuda.Tests.Devices;

/// <summary>Kernels: loaded, launched, captured, with what the driver says of wrong ones.</summary>
public sealed class KernelTests : DeviceFixture
{
    /// <summary>values[i] += amount for i below count.</summary>
    private const string Ptx = """
        .version 7.0
        .target sm_50
        .address_size 64

        .visible .entry add(.param .u64 add_param_0, .param .f32 add_param_1, .param .u32 add_param_2)
        {
            .reg .pred %p<2>;
            .reg .f32 %f<4>;
            .reg .b32 %r<6>;
            .reg .b64 %rd<5>;

            ld.param.u64 %rd1, [add_param_0];
            ld.param.f32 %f1, [add_param_1];
            ld.param.u32 %r1, [add_param_2];
            mov.u32 %r2, %ctaid.x;
            mov.u32 %r3, %ntid.x;
            mov.u32 %r4, %tid.x;
            mad.lo.s32 %r5, %r2, %r3, %r4;
            setp.ge.u32 %p1, %r5, %r1;
            @%p1 bra done;
            cvta.to.global.u64 %rd2, %rd1;
            mul.wide.u32 %rd3, %r5, 4;
            add.s64 %rd4, %rd2, %rd3;
            ld.global.f32 %f2, [%rd4];
            add.rn.f32 %f3, %f2, %f1;
            st.global.f32 [%rd4], %f3;
        done:
            ret;
        }
        """;

    private const int Count = 1000;

    private CUmodule module;
    private CudaStream stream = null!;
    private CudaDeviceVariable<float> values = null!;

    [SetUp]
    public void SetUp()
    {
        module = Context.LoadModulePTX(Encoding.ASCII.GetBytes(Ptx));
        stream = new CudaStream(CUStreamFlags.NonBlocking);
        values = new CudaDeviceVariable<float>(Count);
        values.CopyToDevice(Numbers(Count));
    }

    [TearDown]
    public void TearDown()
    {
        values?.Dispose();
        stream?.Dispose();
        if (module.Pointer != IntPtr.Zero)
        {
            Context.UnloadModule(module);
        }
    }

    [Test]
    public void A_kernel_is_launched()
    {
        var kernel = Kernel();
        kernel.RunAsync(stream.Stream, values.DevicePointer, 2f, Count);
        AssertAdded(2);
        Assert.That(kernel.MaxThreadsPerBlock, Is.GreaterThanOrEqualTo(256));
        Assert.That(kernel.Registers, Is.Positive);
        Assert.That(kernel.SharedMemory, Is.Zero);
    }

    [Test]
    public void A_native_launch_allocates_nothing()
    {
        var kernel = Kernel();
        var (pointer, amount, count) = (values.DevicePointer, 3f, Count);
        IntPtr[] arguments = [Address(ref pointer), Address(ref amount), Address(ref count)];
        var function = kernel.CUFunction;
        _ = Launch.cuLaunchKernel(function, 4, 1, 1, 256, 1, 1, 0, stream.Stream, arguments, null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var status = Launch.cuLaunchKernel(function, 4, 1, 1, 256, 1, 1, 0, stream.Stream, arguments, null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(status, Is.EqualTo(CUResult.Success));
        AssertAdded(6);
    }

    [Test]
    public void A_captured_launch_runs_when_it_is_replayed()
    {
        var kernel = Kernel();
        var (graph, ready, state, nodes) = (default(CUgraph), default(CUgraphExec), default(CUstreamCaptureStatus), default(SizeT));
        Check(Streams.cuStreamBeginCapture(stream.Stream, CUstreamCaptureMode.Local));
        kernel.RunAsync(stream.Stream, values.DevicePointer, 1f, Count);
        kernel.RunAsync(stream.Stream, values.DevicePointer, 4f, Count);
        Check(Streams.cuStreamIsCapturing(stream.Stream, ref state));
        Check(Streams.cuStreamEndCapture(stream.Stream, ref graph));
        Check(GraphManagment.cuGraphGetNodes(graph, null, ref nodes));
        Check(GraphManagment.cuGraphInstantiate(ref ready, graph, CUgraphInstantiate_flags.None));
        AssertAdded(0);
        Check(GraphManagment.cuGraphLaunch(ready, stream.Stream));
        Check(GraphManagment.cuGraphLaunch(ready, stream.Stream));
        AssertAdded(10);
        Check(GraphManagment.cuGraphExecDestroy(ready));
        Check(GraphManagment.cuGraphDestroy(graph));
        Assert.That((state, (int)nodes), Is.EqualTo((CUstreamCaptureStatus.Active, 2)));
    }

    [Test]
    public void A_kernel_that_is_not_there_is_named() =>
        Assert.That(() => new CudaKernel("subtract", module), Throws.TypeOf<CudaException>()
            .With.Property(nameof(CudaException.CudaError)).EqualTo(CUResult.ErrorNotFound));

    [Test]
    public void Wrong_PTX_is_refused_with_what_the_compiler_objects_to()
    {
        using var options = new CudaJitOptionCollection();
        var log = new CudaJOErrorLogBuffer(4096);
        options.Add(log);
        options.Add(new CudaJOInfoLogBuffer(4096));
        options.Add(new CudaJOOptimizationLevel(4));
        Assert.That(() => Context.LoadModulePTX(Encoding.ASCII.GetBytes(Ptx.Replace("mul.wide.u32", "mul.broad.u32", StringComparison.Ordinal)), options),
            Throws.TypeOf<CudaException>().With.Property(nameof(CudaException.CudaError)).EqualTo(CUResult.ErrorInvalidPtx));
        options.UpdateValues();
        Assert.That(log.Value, Is.Not.Empty);
    }

    [Test]
    public void Right_PTX_is_loaded_with_options()
    {
        using var options = new CudaJitOptionCollection();
        var log = new CudaJOErrorLogBuffer(4096);
        options.Add(log);
        Context.UnloadModule(Context.LoadModulePTX(Encoding.ASCII.GetBytes(Ptx), options));
        options.UpdateValues();
        Assert.That(log.Value, Is.Empty);
    }

    [Test]
    public void How_many_blocks_run_side_by_side_is_known()
    {
        var blocks = 0;
        Check(Occupancy.cuOccupancyMaxActiveBlocksPerMultiprocessor(ref blocks, Kernel().CUFunction, 256, 0));
        Assert.That(blocks, Is.InRange(1, 64));
    }

    private CudaKernel Kernel() => new("add", module) { BlockDimensions = new dim3(256), GridDimensions = new dim3(4) };

    private void AssertAdded(float amount)
    {
        stream.Synchronize();
        var result = new float[Count];
        values.CopyToHost(result);
        Assert.That(result, Is.EqualTo(Numbers(Count).Select(number => number + amount)));
    }

    private static void Check(CUResult status) => Assert.That(status, Is.EqualTo(CUResult.Success));

    /// <summary>Of a local variable, which stays where it is.</summary>
    private static unsafe IntPtr Address<T>(ref T local)
        where T : unmanaged
    {
        fixed (T* address = &local)
        {
            return (IntPtr)address;
        }
    }
}
