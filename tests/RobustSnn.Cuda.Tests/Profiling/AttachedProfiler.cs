using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>
/// The assemblies of the CUDA backend once more, with a profiler attached to them (Libraries/injection.c). There is one profiler in a process, if
/// any, for as long as it lives: these have statics of their own, so that no other test runs under it.
/// </summary>
internal sealed unsafe class AttachedProfiler : AssemblyLoadContext, IDisposable
{
    private const string Variable = "NVTX_INJECTION64_PATH";

    private readonly TemporaryFolder folder = new();
    private readonly string library;

    /// <summary>Skips the test where there is no compiler.</summary>
    public AttachedProfiler()
    {
        using var compiler = new CCompiler(folder);
        using var source = new StreamReader(typeof(AttachedProfiler).Assembly.GetManifestResourceStream("injection.c")!);
        library = compiler.Library("libinjection.so", source.ReadToEnd());
        _ = RobustSnn.Cuda.Nvidia.Nvtx.IsAttached; // the other tests' statics have begun without a profiler
        Environment.SetEnvironmentVariable(Variable, library);
        try
        {
            NvtxClass = LoadFromAssemblyName(typeof(Nvtx).Assembly.GetName()).GetType(typeof(Nvtx).FullName!)!;
            IsAttached = (bool)NvtxClass.GetProperty(nameof(IsAttached))!.GetValue(null)!;
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    /// <summary><see cref="Nvtx"/> that the profiler listens to.</summary>
    public Type NvtxClass { get; }

    public bool IsAttached { get; }

    /// <summary>What it has heard so far, a line an event.</summary>
    public string[] Heard
    {
        get
        {
            var heard = (delegate* unmanaged<nint>)NativeLibrary.GetExport(NativeLibrary.Load(library), "heard");
            return Marshal.PtrToStringUTF8(heard())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>A backend that the profiler listens to.</summary>
    public IBackend OpenBackend()
    {
        var type = LoadFromAssemblyName(typeof(CudaBackend).Assembly.GetName()).GetType(typeof(CudaBackend).FullName!)!;
        return (IBackend)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.NonPublic, null, [0, Precision.Fp32], null)!;
    }

    public void Dispose() => folder.Dispose();

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name is "RobustSnn.Cuda" or "RobustSnn.Cuda.Nvidia" or "RobustSnn.Cuda.Bindings"
        ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"))
        : null;
}
