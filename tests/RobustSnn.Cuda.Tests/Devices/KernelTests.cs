using System.Text;
using ManagedCuda;
using ManagedCuda.BasicTypes;
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
    private CUfunction add;
    private CUdeviceptr values;

    [SetUp]
    public void SetUp()
    {
        module = Context.LoadModulePTX(Encoding.ASCII.GetBytes(Ptx));
        stream = new CudaStream(CUStreamFlags.NonBlocking);
        Check(ModuleManagement.cuModuleGetFunction(ref add, module, "add"));
        values = Put(Numbers(Count));
    }

    [TearDown]
    public void TearDown()
    {
        stream?.Dispose();
        if (module.Pointer != IntPtr.Zero)
        {
            Context.UnloadModule(module);
        }
    }

    [Test]
    public void A_launch_allocates_nothing()
    {
        var (pointer, amount, count) = (values, 3f, Count);
        IntPtr[] arguments = [Address(ref pointer), Address(ref amount), Address(ref count)];
        _ = Launch.cuLaunchKernel(add, 4, 1, 1, 256, 1, 1, 0, stream.Stream, arguments, null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var status = Launch.cuLaunchKernel(add, 4, 1, 1, 256, 1, 1, 0, stream.Stream, arguments, null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(status, Is.EqualTo(CUResult.Success));
        AssertAdded(6);
    }

    [Test]
    public void A_captured_launch_runs_when_it_is_replayed()
    {
        var (graph, ready, state, nodes) = (default(CUgraph), default(CUgraphExec), default(CUstreamCaptureStatus), default(SizeT));
        Check(Streams.cuStreamBeginCapture(stream.Stream, CUstreamCaptureMode.Local));
        Add(1);
        Add(4);
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
    public void A_kernel_that_is_not_there_is_not_found()
    {
        var function = default(CUfunction);
        Assert.That(ModuleManagement.cuModuleGetFunction(ref function, module, "subtract"), Is.EqualTo(CUResult.ErrorNotFound));
    }

    [Test]
    public void Wrong_PTX_is_refused_with_what_the_compiler_objects_to()
    {
        using var options = new CudaJitOptionCollection();
        var log = new CudaJOErrorLogBuffer(4096);
        options.Add(log);
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

    private void Add(float amount)
    {
        var (pointer, count) = (values, Count);
        Check(Launch.cuLaunchKernel(add, 4, 1, 1, 256, 1, 1, 0, stream.Stream, [Address(ref pointer), Address(ref amount), Address(ref count)], null));
    }

    private void AssertAdded(float amount)
    {
        stream.Synchronize();
        Assert.That(Get<float>(values, Count), Is.EqualTo(Numbers(Count).Select(number => number + amount)));
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
