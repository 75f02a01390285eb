using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedCuda;

/// <summary>Arrays of the host, held in their place while the driver reads or writes them.</summary>
internal static class HostArray
{
    /// <exception cref="ArgumentException">An element holds references, which mean nothing on a device.</exception>
    public static unsafe void Use<T>(T[] array, Action<IntPtr, long> use)
        where T : struct
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            throw new ArgumentException($"{typeof(T)} holds references, which mean nothing on a device");
        }

        fixed (byte* start = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), array.Length)))
        {
            use((IntPtr)start, (long)array.Length * Unsafe.SizeOf<T>());
        }
    }
}
