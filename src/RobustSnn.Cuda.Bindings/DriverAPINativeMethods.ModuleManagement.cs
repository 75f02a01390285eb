using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Modules: PTX becomes code for the device when it is loaded.</summary>
    public static partial class ModuleManagement
    {
        /// <summary>The image is PTX ended by a zero byte, or a binary.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuModuleLoadData(ref CUmodule module, [In] byte[] image);

        /// <summary>An option's value is a number or the address of a buffer, as its name says; sizes of logs are written back.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuModuleLoadDataEx(
            ref CUmodule module, [In] byte[] image, uint numOptions, [In] CUJITOption[] options, [In, Out] IntPtr[] optionValues);

        [LibraryImport(Library)]
        public static partial CUResult cuModuleUnload(CUmodule hmod);

        [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
        public static partial CUResult cuModuleGetFunction(ref CUfunction hfunc, CUmodule hmod, string name);
    }
}
