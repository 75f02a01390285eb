using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>
/// Holds a ledger's file against a second writer. It is a file beside it, so that others can read the journal, with the system's lock, which ends
/// with its process however that ends. The file stays: removing it could take the lock from under a newcomer.
/// </summary>
internal sealed class LedgerLock : IDisposable
{
    /// <summary>Behind the name of the ledger.</summary>
    public const string Suffix = ".lock";

    private readonly FileStream stream;

    private LedgerLock(FileStream stream) => this.stream = stream;

    /// <exception cref="BadInputException">Another process is writing the ledger, or the lock cannot be written.</exception>
    public static LedgerLock Take(string ledger)
    {
        var path = ledger + Suffix;
        InputPath.RequireFile(path);
        try
        {
            return new LedgerLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (SharingViolation.Is(exception))
        {
            throw new BadInputException(
                $"{ledger}: another evaluation is writing it; wait for its end, or give another file. {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be written: {exception.Message}", exception);
        }
    }

    public void Dispose() => stream.Dispose();
}
