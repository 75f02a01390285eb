using System.Runtime.InteropServices;

namespace ManagedCuda.BasicTypes;

/// <summary>A device of the driver, by its number.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUdevice
{
    public int Pointer;

    public CUdevice(int deviceId) => Pointer = deviceId;
}

/// <summary>A context: the device's memory, modules and streams of one process.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUcontext
{
    public IntPtr Pointer;
}

/// <summary>Kernels and global variables that were loaded together.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUmodule
{
    public IntPtr Pointer;
}

/// <summary>A kernel of a module.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUfunction
{
    public IntPtr Pointer;
}

/// <summary>A queue of work that the device does in order. The default value is the default stream.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUstream
{
    public IntPtr Pointer;
}

/// <summary>A mark in a stream that can be waited for and timed.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUevent
{
    public IntPtr Pointer;
}

/// <summary>Work and what it depends on, as it was captured from a stream.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUgraph
{
    public IntPtr Pointer;
}

/// <summary>A graph that is ready to be launched.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUgraphExec
{
    public IntPtr Pointer;
}

/// <summary>One piece of work of a graph.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUgraphNode
{
    public IntPtr Pointer;
}

/// <summary>A device's identifier: 16 bytes, in the order in which tools print them.</summary>
public struct CUuuid
{
    public byte[] bytes;
}
