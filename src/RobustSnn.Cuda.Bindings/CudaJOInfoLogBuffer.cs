using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>What the driver's compiler says of its work: registers, spilled bytes.</summary>
/// <param name="size">Of the buffer, in bytes; the driver cuts a longer text.</param>
public class CudaJOInfoLogBuffer(int size) : CudaJitOption
{
    private readonly JitLog log = new(size);

    /// <summary>Empty until <see cref="CudaJitOptionCollection.UpdateValues"/> has read what the driver wrote.</summary>
    public string Value { get; private set; } = "";

    internal override (CUJITOption Option, IntPtr Value)[] Entries => log.Entries(CUJITOption.InfoLogBuffer, CUJITOption.InfoLogBufferSizeBytes);

    internal override void UpdateValue() => Value = log.Read();

    protected override void Dispose(bool fDisposing) => log.Free();
}
