using System.Runtime.InteropServices;
using System.Text;
using RobustSnn.Model;

namespace RobustSnn.Ranks.Mpi;

/// <summary>
/// An MPI library as the machine has it, found while the program runs. The calls that are used take the same arguments everywhere: a handle of 32 bits goes where
/// one of 64 does, and a status is only ever handed to MPI_Get_count, which knows how it is laid out.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Names a library's file, where it is none of those that are looked for.</summary>
    public const string Variable = "RSNN_MPI";

    private const int LongestText = 8192; // the longest that any of them gives

    private readonly nint library;

    private MpiLibrary(nint library, string file)
    {
        (this.library, File) = (library, file);
        var version = Text((text, length) => ((delegate* unmanaged<byte*, int*, int>)Call("MPI_Get_library_version"))((byte*)text, (int*)length));
        IsOpenMpi = version.Contains("Open MPI", StringComparison.Ordinal);
        Name = ShortName(version);
        Family = Path.GetFileName(file).Contains("mpi_abi", StringComparison.Ordinal) ? MpiFamily.Standard
            : NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? MpiFamily.OpenMpi
            : IsOfMpich(version) ? MpiFamily.Mpich
            : throw new BadInputException($"{file}: expected a library of Open MPI, of MPICH or its kin, or of the standard ABI (libmpi_abi), found one that says of itself "
                + $"'{Name}'. Name another in {Variable}");
        (World, Bytes, ErrorsReturn, Funneled) = Family switch
        {
            MpiFamily.Standard => (0x101, 0x247, 0x142, 1024),
            MpiFamily.OpenMpi => (Call("ompi_mpi_comm_world"), Call("ompi_mpi_byte"), Call("ompi_mpi_errors_return"), 1),
            MpiFamily.Mpich => (0x44000000, 0x4c00010d, (nint)0x54000001, 1),
        };
        ISend = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Call("MPI_Isend");
        IReceive = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Call("MPI_Irecv");
        Test = (delegate* unmanaged<nint*, int*, byte*, int>)Call("MPI_Test");
        GetCount = (delegate* unmanaged<byte*, nint, int*, int>)Call("MPI_Get_count");
    }

    /// <summary>As it was loaded.</summary>
    public string File { get; }

    /// <summary>"Open MPI 4.1.4".</summary>
    public string Name { get; }

    public MpiFamily Family { get; }

    /// <summary>Whether it is Open MPI's, of whichever family.</summary>
    public bool IsOpenMpi { get; }

    public nint World { get; }

    /// <summary>MPI_BYTE.</summary>
    public nint Bytes { get; }

    public nint ErrorsReturn { get; }

    /// <summary>MPI_THREAD_FUNNELED: one thread makes all calls, and others there may be.</summary>
    public int Funneled { get; }

    /// <summary>Buffer, count, type, rank, tag, communicator, request.</summary>
    public delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> ISend { get; }

    /// <summary>Buffer, count, type, rank, tag, communicator, request.</summary>
    public delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> IReceive { get; }

    /// <summary>Request, whether it is done, status.</summary>
    public delegate* unmanaged<nint*, int*, byte*, int> Test { get; }

    /// <summary>Status, type, count.</summary>
    public delegate* unmanaged<byte*, nint, int*, int> GetCount { get; }

    /// <summary>The library that goes with the launcher, or, without one, the first that is there.</summary>
    /// <param name="named">A file that the user has named.</param>
    /// <exception cref="BadInputException">There is none, or the file that was named is none.</exception>
    public static MpiLibrary Load(Launcher? launcher, string? named)
    {
        KeepFaultsOfTheRuntime();
        if (named is not null)
        {
            return TryLoad(named, out var handle)
                ? new MpiLibrary(handle, named)
                : throw new BadInputException($"{Variable}: expected the file of an MPI library, found '{named}', which cannot be loaded. Name another, or unset it");
        }

        var names = Names(launcher?.Family);
        MpiLibrary? other = null;
        foreach (var name in names)
        {
            if (TryLoad(name, out var handle))
            {
                var found = new MpiLibrary(handle, name);
                if (launcher?.Family is null || found.IsOpenMpi == (launcher.Family == MpiFamily.OpenMpi))
                {
                    return found;
                }

                other ??= found;
            }
        }

        // One that does not go with the launcher is refused when it says how many processes there are.
        return other ?? throw new BadInputException($"an MPI library: expected one of {string.Join(", ", names)}, found none"
            + $"{(launcher is null ? "" : $", although {launcher.Name} has started this process")}. Install the library of the launcher (Debian: libopenmpi3 or libmpich12), "
            + $"or name its file in {Variable}");
    }

    /// <summary>A function's or a handle's address.</summary>
    public nint Call(string name) => NativeLibrary.TryGetExport(library, name, out var address)
        ? address
        : throw new BadInputException($"{File}: expected an MPI library of version 3 or later, found one without {name}. Name another in {Variable}");

    /// <param name="call">What was called, and with whom.</param>
    /// <exception cref="InvalidOperationException">The call has failed; with the library's text.</exception>
    public void ThrowUnlessSuccess(int code, string call, int? peer = null)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{call}{(peer is null ? "" : $" of rank {peer}")}: {ErrorText(code)} ({code}, {Name})");
        }
    }

    private string ErrorText(int code) =>
        Text((text, length) => ((delegate* unmanaged<int, byte*, int*, int>)Call("MPI_Error_string"))(code, (byte*)text, (int*)length)).TrimEnd();

    private static bool TryLoad(string file, out nint handle) => NativeLibrary.TryLoad(file, out handle);

    private static string[] Names(MpiFamily? family) =>
    [
        "libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so",
        .. family == MpiFamily.Mpich ? [] : new[] { "libmpi.so.40" },
        "libmpich.so.12", "libmpi.so.12",
        .. family == MpiFamily.Mpich ? ["libmpi.so.40"] : Array.Empty<string>(),
        "libmpi.so",
    ];

    /// <summary>"Open MPI v4.1.4, package: …" and "MPICH Version: 4.0.2" without what is not needed.</summary>
    private static string ShortName(string version) =>
        version.Split('\n', ',')[0].Replace(" Version:", "", StringComparison.Ordinal).Replace("MPI v", "MPI ", StringComparison.Ordinal).Replace('\t', ' ').Trim();

    private static bool IsOfMpich(string version) =>
        new[] { "MPICH", "MVAPICH", "Intel(R) MPI", "CRAY" }.Any(name => version.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static string Text(Func<nint, nint, int> call)
    {
        var text = new byte[LongestText];
        var length = 0;
        fixed (byte* start = text)
        {
            return call((nint)start, (nint)(&length)) == 0 ? Encoding.UTF8.GetString(text, 0, length) : "";
        }
    }

    /// <summary>UCX, which some of them load, would take over the signals by which the runtime learns of faults such as a null reference.</summary>
    private static void KeepFaultsOfTheRuntime()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetVariable("UCX_ERROR_SIGNALS\0"u8, "\0"u8);
        }
    }

    private static int SetVariable(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* nameStart = name, valueStart = value)
        {
            return SetEnvironment(nameStart, valueStart, overwrite: 0);
        }
    }

    /// <summary>The C library's: what .NET sets, libraries do not see.</summary>
    [DllImport("libc", EntryPoint = "setenv")]
    private static extern int SetEnvironment(byte* name, byte* value, int overwrite);
}
