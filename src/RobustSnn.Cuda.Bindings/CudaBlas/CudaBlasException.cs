namespace ManagedCuda.CudaBlas;

/// <summary>A call of cuBLAS failed.</summary>
public class CudaBlasException : Exception
{
    public CudaBlasException(CublasStatus error)
        : this(error, $"cuBLAS: {error} ({(int)error})", null)
    {
    }

    public CudaBlasException(CublasStatus error, string message, Exception? exception)
        : base(message, exception) => CudaBlasError = error;

    public CublasStatus CudaBlasError { get; }

    /// <summary>Of one of this library's own calls: the message begins with its name.</summary>
    /// <exception cref="CudaBlasException">The status is not success.</exception>
    internal static void ThrowUnlessSuccess(CublasStatus status, string call)
    {
        if (status != CublasStatus.Success)
        {
            throw new CudaBlasException(status, $"{call}: {status} ({(int)status})", null);
        }
    }
}
