using System.Runtime.InteropServices;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>One search for one library: where it was found, or everything that was tried.</summary>
internal sealed class LibrarySearch
{
    private readonly List<string> empty = [];
    private readonly List<string> unknown = [];
    private readonly List<string> failed = [];
    private readonly SearchedMachine machine;
    private readonly NvidiaLibrary library;

    /// <summary>Searches. What belongs to a newer CUDA than the driver's is left out: it would load, and then refuse every call.</summary>
    /// <param name="driver">The version of CUDA that the driver has; null where that is not known.</param>
    public LibrarySearch(SearchedMachine machine, NvidiaLibrary library, Version? driver)
    {
        (this.machine, this.library) = (machine, library);
        var places = new LibraryPlaces(machine);
        LibraryPlace[] all = [.. places.All()];
        var names = places.IsEmulated ? LibraryName.OfEmulator(library) : LibraryName.Of(library, machine.IsWindows);
        foreach (var place in all)
        {
            if (Handle == 0)
            {
                Look(place, names, all, driver);
            }
        }
    }

    /// <summary>0 where it was not found.</summary>
    public nint Handle { get; private set; }

    /// <summary>The file that was loaded; without a folder where the system's loader found it.</summary>
    public string? Path { get; private set; }

    /// <summary>What was tried, and what came of it: a part of a sentence each.</summary>
    public IEnumerable<string> Tried =>
    [
        .. unknown.Count == 0 ? [] : new[] { $"the system's loader knows no {string.Join(", ", unknown)}" },
        .. failed,
        .. empty.Count == 0 ? [] : new[] { $"nothing in {string.Join(", ", empty)}" },
    ];

    private void Look(LibraryPlace place, LibraryName[] names, LibraryPlace[] all, Version? driver)
    {
        var found = false;
        foreach (var name in names)
        {
            var path = place.Folder is { } folder ? System.IO.Path.Combine(folder, name.File) : name.File;
            if (place.Folder is not null && !File.Exists(path))
            {
                continue;
            }

            found = true;
            var major = name.Major ?? place.Major;
            if (driver is not null && major > driver.Major)
            {
                failed.Add($"{path} is of CUDA {major}, the driver of CUDA {driver}");
            }
            else if (Load(place.Folder, path, major, all))
            {
                Path = path;
                return;
            }
        }

        if (!found)
        {
            empty.Add(place.Folder!);
        }
    }

    private bool Load(string? folder, string path, int? major, LibraryPlace[] all)
    {
        try
        {
            if (folder is null)
            {
                // On Windows the current folder would be searched, too: anybody may have written there.
                Handle = machine.IsWindows
                    ? NativeLibrary.Load(path, typeof(LibrarySearch).Assembly, DllImportSearchPath.SafeDirectories)
                    : NativeLibrary.Load(path);
            }
            else
            {
                LoadNeeded(folder, major is { } known ? [known] : [13, 12], all);
                Handle = NativeLibrary.Load(path);
            }

            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            var reason = Reason(path, error.Message);
            if (reason.StartsWith($"{path}: cannot open shared object file", StringComparison.Ordinal))
            {
                unknown.Add(path);
            }
            else
            {
                failed.Add(reason);
            }

            return false;
        }
    }

    /// <summary>
    /// What the library asks the loader for by name is loaded before it, from its own folder or else from another place: the loader then has it. Where one is
    /// needed and found nowhere, loading the library says so.
    /// </summary>
    private void LoadNeeded(string own, int[] majors, LibraryPlace[] all)
    {
        foreach (var name in machine.IsWindows ? [] : LibraryName.NeededBy(library, majors))
        {
            var path = all.Select(place => place.Folder).OfType<string>().Prepend(own)
                .Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
            if (path is not null)
            {
                _ = NativeLibrary.TryLoad(path, out _);
            }
        }
    }

    /// <summary>What the system says of a file that it did not load, without .NET's advice before it.</summary>
    private static string Reason(string path, string message)
    {
        var said = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
        return said.StartsWith(path, StringComparison.Ordinal) ? said : $"{path}: {said}";
    }
}
