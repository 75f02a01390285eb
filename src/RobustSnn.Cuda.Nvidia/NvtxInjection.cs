using System.Runtime.InteropServices;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>
/// How a profiler attaches: it names a library in an environment variable; that library's entry point is called, asks for tables of places, and writes the
/// functions that it wants to be called into them. The tables are those of NVTX 3, in memory that stays for as long as the process does.
/// </summary>
internal static unsafe class NvtxInjection
{
    public const string Variable = "NVTX_INJECTION64_PATH";

    private const string EntryPoint = "InitializeInjectionNvtx2";
    private const int NvtxVersion = 3;

    // Tables that a profiler may ask for.
    private const uint CallbacksTable = 1;
    private const uint VersionTable = 3;

    // Modules of functions, by their numbers, and how many functions each has, the first of which is none.
    private const int CoreModule = 1;
    private static readonly int[] ModuleSizes = [0, 16, 9, 15, 7, 16, 7];

    // Functions of the core module.
    private const int RangePushA = 9;
    private const int RangePop = 11;

    private static readonly nint** Modules = AllocateModules();
    private static readonly Callbacks* CallbacksPlace = Place(new Callbacks { Size = (nuint)sizeof(Callbacks), GetModuleFunctionTable = &GetModuleFunctionTable });
    private static readonly VersionInfo* VersionPlace = Place(new VersionInfo
    {
        Size = (nuint)sizeof(VersionInfo),
        Version = NvtxVersion,
        SetInjectionNvtxVersion = &SetInjectionNvtxVersion,
    });

    /// <summary>As NVTX does, a library that cannot be loaded or does not want to is passed over: a program does not fail for want of a profiler.</summary>
    /// <param name="library">What <see cref="Variable"/> names; null without a profiler.</param>
    /// <returns>The functions to call, 0 for one that is not wanted; null where nobody attached.</returns>
    public static (nint Push, nint Pop)? Attach(string? library)
    {
        if (string.IsNullOrEmpty(library) || !NativeLibrary.TryLoad(library, out var handle) || !NativeLibrary.TryGetExport(handle, EntryPoint, out var entry)
            || ((delegate* unmanaged<delegate* unmanaged<uint, void*>, int>)entry)(&GetExportTable) == 0)
        {
            return null;
        }

        var core = Modules[CoreModule];
        return (*(nint*)core[RangePushA], *(nint*)core[RangePop]);
    }

    [UnmanagedCallersOnly]
    private static void* GetExportTable(uint table) => table switch
    {
        CallbacksTable => CallbacksPlace,
        VersionTable => VersionPlace,
        _ => null,
    };

    [UnmanagedCallersOnly]
    private static int GetModuleFunctionTable(int module, nint** table, uint* size)
    {
        if (module <= 0 || module >= ModuleSizes.Length)
        {
            return 0;
        }

        if (size != null)
        {
            *size = (uint)ModuleSizes[module];
        }

        if (table != null)
        {
            *table = Modules[module];
        }

        return 1;
    }

    [UnmanagedCallersOnly]
    private static void SetInjectionNvtxVersion(uint version)
    {
    }

    /// <summary>For each module an array of addresses of places, ended by a zero as its first entry is one; a place holds a function's address.</summary>
    private static nint** AllocateModules()
    {
        var modules = (nint**)NativeMemory.AllocZeroed((nuint)ModuleSizes.Length, (nuint)sizeof(nint*));
        for (var module = CoreModule; module < ModuleSizes.Length; module++)
        {
            var size = ModuleSizes[module];
            modules[module] = (nint*)NativeMemory.AllocZeroed((nuint)(size + 1), (nuint)sizeof(nint));
            var places = (nint*)NativeMemory.AllocZeroed((nuint)size, (nuint)sizeof(nint));
            for (var function = 1; function < size; function++)
            {
                modules[module][function] = (nint)(places + function);
            }
        }

        return modules;
    }

    private static T* Place<T>(T content)
        where T : unmanaged
    {
        var place = (T*)NativeMemory.Alloc((nuint)sizeof(T));
        *place = content;
        return place;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Callbacks
    {
        public nuint Size;
        public delegate* unmanaged<int, nint**, uint*, int> GetModuleFunctionTable;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct VersionInfo
    {
        public nuint Size;
        public uint Version;
        public uint Reserved;
        public delegate* unmanaged<uint, void> SetInjectionNvtxVersion;
    }
}
