using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>From 0 to 4, which is what the driver takes unasked.</summary>
public class CudaJOOptimizationLevel(uint value) : CudaJitOption
{
    internal override (CUJITOption Option, IntPtr Value)[] Entries => [(CUJITOption.OptimizationLevel, (IntPtr)value)];
}
