using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// What a name that the user gives stands for, found out before it is opened: opening a pipe waits for its writer, and reading a device
/// may never end.
/// </summary>
public static partial class InputPath
{
    // What .NET shows in place of the bytes of a file's name that are not UTF-8. It cannot open such a file.
    private const char Undecodable = '\ufffd';

    private const string Folder = "a folder";

    // Of Linux' statx, whose layout is the same on every processor: the bits of the mode that say the kind, and what no two files share.
    private const int CurrentFolder = -100;
    private const uint KindWanted = 1;
    private const uint NumberWanted = 0x100;
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const int NumberOffset = 32;
    private const int DeviceOffset = 136;
    private const int KindMask = 0xF000;

    /// <summary>
    /// Refuses what is there and is no regular file, and a name that cannot be opened. A missing file passes: who opens it says so.
    /// </summary>
    /// <exception cref="BadInputException">A folder, a pipe, a socket, a device, or a name that is empty or not UTF-8.</exception>
    public static void RequireFile(string path)
    {
        RequireName(path);
        if (OtherKind(path) is { } kind)
        {
            string remedy = kind == Folder ? $"give a file in it{NearbyFiles.In(path)}" : "write what it gives to a file, and give that";
            throw new BadInputException($"{path}: is {kind}; expected a regular file: {remedy}");
        }
    }

    /// <summary>Refuses a name that cannot be opened, whatever is meant by it.</summary>
    /// <exception cref="BadInputException">The name is empty or not UTF-8.</exception>
    public static void RequireName(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            throw new BadInputException($"'{path}': expected the name of a file, found {(path.Length == 0 ? "an empty one" : "one with the character NUL")}");
        }

        // A name may have this very character, and then there is something of that name.
        if (path.Contains(Undecodable) && !Path.Exists(path))
        {
            throw new BadInputException(
                $"{path}: the name has bytes that are not UTF-8 (shown as {Undecodable}), and nothing of such a name can be opened; rename the file or folder");
        }
    }

    /// <summary>Refuses to write where something is read from, whatever names and links lead there. A file that is not there passes.</summary>
    /// <exception cref="BadInputException">The two are one file.</exception>
    public static void RequireApart(string source, string target)
    {
        if (Path.Exists(source) && Path.Exists(target) && AreOne(source, target))
        {
            throw new BadInputException($"{target}: is {source}, which would be lost; expected another name for what is written");
        }
    }

    private static bool AreOne(string source, string target)
    {
        Span<byte> first = stackalloc byte[StatxBytes];
        Span<byte> second = stackalloc byte[StatxBytes];
        return OperatingSystem.IsLinux() && TryStatx(source, NumberWanted, first) && TryStatx(target, NumberWanted, second)
            ? first.Slice(NumberOffset, sizeof(ulong)).SequenceEqual(second.Slice(NumberOffset, sizeof(ulong)))
                && first.Slice(DeviceOffset, sizeof(ulong)).SequenceEqual(second.Slice(DeviceOffset, sizeof(ulong)))
            : Resolved(source).Equals(Resolved(target), StringComparison.OrdinalIgnoreCase);
    }

    private static string Resolved(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    /// <summary>What a path is, where it is there and no regular file: "a folder", "a device", …; else null.</summary>
    internal static string? OtherKind(string path) => (OperatingSystem.IsLinux() ? LinuxKind(path) : null) ?? (Directory.Exists(path) ? Folder : null);

    private static string? LinuxKind(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        return !TryStatx(path, KindWanted, status) ? null : (BitConverter.ToUInt16(status[ModeOffset..]) & KindMask) switch
        {
            0x1000 => "a pipe",
            0x2000 => "a character device",
            0x4000 => Folder,
            0x6000 => "a block device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    private static bool TryStatx(string path, uint wanted, Span<byte> status)
    {
        try
        {
            return Statx(CurrentFolder, path, 0, wanted, status) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);
}
