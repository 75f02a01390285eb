using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;
using ManagedCuda.VectorTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>A kernel of a module, with the sizes of its launches.</summary>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error.</remarks>
public class CudaKernel
{
    private readonly CUfunction function;

    /// <param name="kernelName">Its name in PTX, which for C++ is mangled unless it is extern "C".</param>
    public CudaKernel(string kernelName, CUmodule module)
    {
        var status = DriverAPINativeMethods.ModuleManagement.cuModuleGetFunction(ref function, module, kernelName);
        ThrowUnlessSuccess(status, $"cuModuleGetFunction of {kernelName}");
        (KernelName, CUModule) = (kernelName, module);
    }

    public string KernelName { get; }

    public CUmodule CUModule { get; }

    public CUfunction CUFunction => function;

    /// <summary>Threads of a block.</summary>
    public dim3 BlockDimensions { get; set; } = new(1);

    /// <summary>Blocks of the grid.</summary>
    public dim3 GridDimensions { get; set; } = new(1);

    /// <summary>Of each block, in bytes.</summary>
    public uint DynamicSharedMemory { get; set; }

    public int MaxThreadsPerBlock => Attribute(CUFunctionAttribute.MaxThreadsPerBlock);

    /// <summary>Static, of a block, in bytes.</summary>
    public int SharedMemory => Attribute(CUFunctionAttribute.SharedSizeBytes);

    /// <summary>Of a thread, in bytes: what registers did not hold.</summary>
    public int LocalMemory => Attribute(CUFunctionAttribute.LocalSizeBytes);

    /// <summary>Of a thread.</summary>
    public int Registers => Attribute(CUFunctionAttribute.NumRegs);

    /// <summary>In bytes. Above 48 KiB it has to be set before a launch may ask for so much.</summary>
    public int MaxDynamicSharedSizeBytes
    {
        get => Attribute(CUFunctionAttribute.MaxDynamicSharedSizeBytes);
        set => ThrowUnlessSuccess(DriverAPINativeMethods.FunctionManagement.cuFuncSetAttribute(
            function, CUFunctionAttribute.MaxDynamicSharedSizeBytes, value), "cuFuncSetAttribute");
    }

    /// <summary>Launches it. Arguments are boxed and pinned; where launches are many, <see cref="DriverAPINativeMethods.Launch"/> allocates nothing.</summary>
    /// <param name="parameters">Structures and numbers, each of exactly the type that the kernel has.</param>
    public virtual void RunAsync(CUstream stream, params object[] parameters)
    {
        var pinned = new GCHandle[parameters.Length];
        var addresses = new IntPtr[parameters.Length];
        try
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                pinned[i] = GCHandle.Alloc(parameters[i], GCHandleType.Pinned);
                addresses[i] = pinned[i].AddrOfPinnedObject();
            }

            var (grid, block) = (GridDimensions, BlockDimensions);
            var status = DriverAPINativeMethods.Launch.cuLaunchKernel(
                function, grid.x, grid.y, grid.z, block.x, block.y, block.z, DynamicSharedMemory, stream, addresses, null);
            ThrowUnlessSuccess(status, $"cuLaunchKernel of {KernelName}");
        }
        finally
        {
            foreach (var handle in pinned)
            {
                if (handle.IsAllocated)
                {
                    handle.Free();
                }
            }
        }
    }

    private int Attribute(CUFunctionAttribute attribute)
    {
        var value = 0;
        ThrowUnlessSuccess(DriverAPINativeMethods.FunctionManagement.cuFuncGetAttribute(ref value, attribute, function), "cuFuncGetAttribute");
        return value;
    }
}
