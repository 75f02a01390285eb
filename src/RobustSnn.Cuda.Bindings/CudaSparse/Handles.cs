using System.Runtime.InteropServices;

namespace ManagedCuda.CudaSparse;

/// <summary>cuSPARSE's state for one thread and stream.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cusparseContext
{
    internal IntPtr Handle;
}

/// <summary>A sparse matrix: where its lists lie, and how they are read.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cusparseSpMatDescr
{
    internal IntPtr Handle;

    public static implicit operator cusparseConstSpMatDescr(cusparseSpMatDescr descr) => new() { Handle = descr.Handle };
}

/// <summary>A sparse matrix that is only read.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cusparseConstSpMatDescr
{
    internal IntPtr Handle;
}

/// <summary>A dense matrix: where it lies, and how it is read.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cusparseDnMatDescr
{
    internal IntPtr Handle;

    public static implicit operator cusparseConstDnMatDescr(cusparseDnMatDescr descr) => new() { Handle = descr.Handle };
}

/// <summary>A dense matrix that is only read.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cusparseConstDnMatDescr
{
    internal IntPtr Handle;
}
