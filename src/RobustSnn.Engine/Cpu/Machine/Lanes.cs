using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>What the vector widths share.</summary>
internal static unsafe class Lanes
{
    /// <summary>Floats to allocate on the stack beyond those wanted, for <see cref="Align"/>.</summary>
    public const int AlignmentFloats = 16;

    /// <summary>The first address of a cache line from here on: a vector that crosses a line's end costs two accesses.</summary>
    public static float* Align(float* memory) => (float*)(((nint)memory + 63) & ~(nint)63);

    /// <summary>1 &lt;&lt; i for i &lt; 2·count, for the life of the program: a constant that the JIT cannot see stays in a register.</summary>
    public static uint* Selectors(int count)
    {
        var selectors = (uint*)NativeMemory.AlignedAlloc((nuint)(2 * count * sizeof(uint)), 64);
        for (var i = 0; i < 2 * count; i++)
        {
            selectors[i] = 1u << i;
        }

        return selectors;
    }
}

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
