using System.Runtime.CompilerServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Device;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Kernels;

/// <summary>The kernels of native/kernels, compiled to PTX and embedded; the driver compiles a file of them for its card when one is first used.</summary>
internal sealed class KernelLibrary(CudaDevice device) : IDisposable
{
    private const int LogBytes = 1 << 16;

    private readonly Dictionary<string, (CUmodule Module, PtxImage Image)> modules = [];

    /// <summary>The kernel of that name in a file.</summary>
    /// <param name="file">Its name without folder and extension.</param>
    /// <exception cref="BadInputException">The driver is too old for the PTX, or something else is wrong with it: the message has the compiler's log. Or the card has no memory for them.</exception>
    /// <exception cref="InvalidOperationException">The kernel's parameters are not laid out as its arguments are here.</exception>
    public Kernel<TArguments> Load<TArguments>(string file, string name)
        where TArguments : unmanaged
    {
        if (!modules.TryGetValue(file, out var loaded))
        {
            var image = PtxImage.Embedded(file);
            modules.Add(file, loaded = (Compile(image), image));
        }

        var expected = loaded.Image.ParameterBytes(name);
        if (expected != Unsafe.SizeOf<TArguments>())
        {
            throw new InvalidOperationException(
                $"kernel {name} of {file}.ptx takes {expected} bytes, {typeof(TArguments).Name} has {Unsafe.SizeOf<TArguments>()}: the two do not belong together");
        }

        var function = default(CUfunction);
        device.Check(DriverAPINativeMethods.ModuleManagement.cuModuleGetFunction(ref function, loaded.Module, name), $"find kernel {name} in {file}.ptx");
        return new Kernel<TArguments>(device, function, name);
    }

    public void Dispose()
    {
        device.MakeCurrentToGiveBack();
        foreach (var (module, _) in modules.Values)
        {
            _ = DriverAPINativeMethods.ModuleManagement.cuModuleUnload(module);
        }

        modules.Clear();
    }

    private CUmodule Compile(PtxImage image)
    {
        device.MakeCurrent();
        using var log = new CudaJOErrorLogBuffer(LogBytes);
        using var options = new CudaJitOptionCollection();
        options.Add(log);
        try
        {
            return device.LoadModule(image.Bytes, options);
        }
        catch (CudaException failure) when (failure.CudaError == CUResult.ErrorOutOfMemory)
        {
            throw device.OutOfMemory($"load the kernels of {image.Name}.ptx");
        }
        catch (CudaException failure)
        {
            options.UpdateValues();
            var hint = failure.CudaError == CUResult.UnsupportedPTXVersion
                ? $" Its PTX is of version {image.Version}, the driver speaks CUDA {device.Driver}: a newer driver is needed."
                : "";
            throw new BadInputException(
                $"cuda: the kernels of {image.Name}.ptx could not be compiled for {device.Model}: {CudaDevice.Describe(failure.CudaError)}.{hint} {log.Value}".TrimEnd(),
                failure);
        }
    }
}
