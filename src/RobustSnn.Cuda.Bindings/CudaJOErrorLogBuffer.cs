using System.Runtime.InteropServices;
using System.Text;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>What the driver's compiler objects to: a buffer outside the managed heap that it writes a text into, ended by a zero byte.</summary>
/// <param name="size">Of the buffer, in bytes; the driver cuts a longer text.</param>
public unsafe class CudaJOErrorLogBuffer(int size) : CudaJitOption
{
    private byte* buffer = (byte*)NativeMemory.AllocZeroed((nuint)size);

    /// <summary>Empty until <see cref="CudaJitOptionCollection.UpdateValues"/> has read what the driver wrote.</summary>
    public string Value { get; private set; } = "";

    internal override (CUJITOption Option, IntPtr Value)[] Entries => [(CUJITOption.ErrorLogBuffer, (IntPtr)buffer), (CUJITOption.ErrorLogBufferSizeBytes, size)];

    internal override void UpdateValue()
    {
        var written = new ReadOnlySpan<byte>(buffer, size);
        var end = written.IndexOf((byte)0);
        Value = Encoding.UTF8.GetString(end < 0 ? written : written[..end]);
    }

    protected override void Dispose(bool fDisposing)
    {
        NativeMemory.Free(buffer);
        buffer = null;
        size = 0;
    }
}
