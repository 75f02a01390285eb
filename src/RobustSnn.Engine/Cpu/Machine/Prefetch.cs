using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>Asks for memory before it is read, where the processor would not foresee it by itself.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Asks for a cache line; any address will do, also one that may not be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
