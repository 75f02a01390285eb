using System.Globalization;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Holds a folder against a second process. The lock is the system's on an open file, so it ends with its process however that
/// ends, and a file left behind holds nothing. The file stays: removing it could take the lock from under a newcomer.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string LockName = "run.lock";

    // Apart from the lock, because a locked file cannot be read by others.
    private const string OwnerName = "run.owner";

    private readonly FileStream stream;
    private readonly string owner;

    private RunLock(FileStream stream, string owner)
    {
        this.stream = stream;
        this.owner = owner;
    }

    public static bool IsLock(string path) => Path.GetFileName(path) is LockName or OwnerName;

    /// <exception cref="BadInputException">Another process holds the folder, or the lock cannot be written.</exception>
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(folder, LockName), owner = Path.Combine(folder, OwnerName);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException fault && !SharingViolation.Is(fault)))
        {
            throw new BadInputException($"{path}: cannot be written: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            string who = File.Exists(owner) ? $" (process {InputFile.Text(owner).Trim()})" : "";
            throw new BadInputException(
                $"{folder}: another run{who} is using the folder; wait for it, or give another folder. {exception.Message}", exception);
        }

        try
        {
            AtomicFile.WriteText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new RunLock(stream, owner);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The process that holds the folder; null where none does, or one that has not yet said which it is.</summary>
    /// <exception cref="BadInputException">The files cannot be read.</exception>
    public static int? Holder(string folder)
    {
        string path = Path.Combine(folder, LockName), owner = Path.Combine(folder, OwnerName);
        if (!File.Exists(owner) || !File.Exists(path))
        {
            return null;
        }

        try
        {
            // Shared, and let go at once. Only where a killed process has left its number can it be in the way of one that goes on just then.
            using var free = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (IOException exception) when (SharingViolation.Is(exception))
        {
            return int.TryParse(InputFile.Text(owner).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int process) ? process : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(owner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder went away or may not be written any more: whoever noticed has said so, and the lock ends all the same.
        }

        stream.Dispose();
    }
}
