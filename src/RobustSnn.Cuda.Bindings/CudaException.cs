using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>A call of the driver failed.</summary>
public class CudaException : Exception
{
    public CudaException(CUResult error)
        : this(error, Describe(error), null)
    {
    }

    public CudaException(CUResult error, string message, Exception? exception)
        : base(message, exception) => CudaError = error;

    public CUResult CudaError { get; }

    /// <summary>The error's name in CUDA's headers.</summary>
    public string CudaInternalErrorName => Name(CudaError);

    /// <summary>What the driver says of the error.</summary>
    public string CudaInternalErrorDescription => Text(CudaError);

    /// <summary>Of one of this library's own calls: the message begins with its name.</summary>
    /// <exception cref="CudaException">The status is not success.</exception>
    internal static void ThrowUnlessSuccess(CUResult status, string call)
    {
        if (status != CUResult.Success)
        {
            throw new CudaException(status, $"{call}: {Describe(status)}", null);
        }
    }

    private static string Describe(CUResult error) => $"{Name(error)} ({(int)error}): {Text(error)}";

    private static string Name(CUResult error)
    {
        var name = IntPtr.Zero;
        _ = DriverAPINativeMethods.ErrorHandling.cuGetErrorName(error, ref name);
        return Marshal.PtrToStringUTF8(name) ?? $"{error}";
    }

    private static string Text(CUResult error)
    {
        var text = IntPtr.Zero;
        _ = DriverAPINativeMethods.ErrorHandling.cuGetErrorString(error, ref text);
        return Marshal.PtrToStringUTF8(text) ?? "the driver does not know this error";
    }
}
