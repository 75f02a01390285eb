using System.Runtime.CompilerServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Device;

namespace RobustSnn.Cuda.Kernels;

/// <summary>A function of the card that takes one struct by value.</summary>
/// <typeparam name="TArguments">Laid out as the kernel's own: the library has compared their sizes.</typeparam>
internal sealed unsafe class Kernel<TArguments>(CudaDevice device, CUfunction function, string name)
    where TArguments : unmanaged
{
    // Kept, so that a launch allocates nothing.
    private readonly IntPtr[] parameters = new IntPtr[1];

    /// <summary>Lets launches ask for up to so much shared memory: more than 48 KiB has to be said beforehand.</summary>
    public void AllowShared(int bytes) => device.Check(
        DriverAPINativeMethods.FunctionManagement.cuFuncSetAttribute(function, CUFunctionAttribute.MaxDynamicSharedSizeBytes, bytes),
        $"give kernel {name} {bytes} bytes of shared memory");

    /// <summary>Has the card carry it out, behind all that was called before.</summary>
    public void Launch(LaunchSize size, TArguments arguments)
    {
        parameters[0] = (IntPtr)Unsafe.AsPointer(ref arguments);
        var result = DriverAPINativeMethods.Launch.cuLaunchKernel(
            function, size.X, size.Y, 1, size.Threads, 1, 1, size.SharedBytes, device.Stream, parameters, null!);
        if (result != CUResult.Success)
        {
            device.Check(result, $"launch kernel {name} with {size.X} × {size.Y} blocks of {size.Threads} threads and {size.SharedBytes} bytes");
        }
    }
}
