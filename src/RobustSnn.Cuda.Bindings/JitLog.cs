using System.Runtime.InteropServices;
using System.Text;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>A buffer outside the managed heap that the driver's compiler writes a text into, ended by a zero byte.</summary>
internal sealed unsafe class JitLog(int size)
{
    private byte* buffer = (byte*)NativeMemory.AllocZeroed((nuint)size);

    public (CUJITOption Option, IntPtr Value)[] Entries(CUJITOption address, CUJITOption length) => [(address, (IntPtr)buffer), (length, size)];

    public string Read()
    {
        var written = new ReadOnlySpan<byte>(buffer, size);
        var end = written.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? written : written[..end]);
    }

    public void Free()
    {
        NativeMemory.Free(buffer);
        buffer = null;
        size = 0;
    }
}
