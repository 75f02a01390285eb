namespace ManagedCuda.CudaSparse;

/// <summary>A call of cuSPARSE failed.</summary>
public class CudaSparseException : Exception
{
    public CudaSparseException(cusparseStatus error)
        : this(error, $"cuSPARSE: {error} ({(int)error})", null)
    {
    }

    public CudaSparseException(cusparseStatus error, string message, Exception? exception)
        : base(message, exception) => CudaSparseError = error;

    public cusparseStatus CudaSparseError { get; }

    /// <summary>Of one of this library's own calls: the message begins with its name.</summary>
    /// <exception cref="CudaSparseException">The status is not success.</exception>
    internal static void ThrowUnlessSuccess(cusparseStatus status, string call)
    {
        if (status != cusparseStatus.Success)
        {
            throw new CudaSparseException(status, $"{call}: {status} ({(int)status})", null);
        }
    }
}
