using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Cpu;

/// <summary>What the vector widths share.</summary>
internal static unsafe class Lanes
{
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
