using System.Buffers;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>
/// A ledger's file while its evaluation runs: lines are appended as they become known, and are on the disk after every <see cref="Flush"/>, so
/// that a process that is killed loses no more than what came after the last. <see cref="Finish"/> puts them in order.
/// </summary>
public sealed class LedgerJournal : IDisposable
{
    private readonly string path;
    private readonly LedgerHeader header;
    private readonly Dictionary<LedgerMember, string> members;
    private readonly LedgerLock held;
    private readonly FileStream stream;
    private readonly ArrayBufferWriter<byte> lines = new();

    private LedgerJournal(string path, LedgerFile file, LedgerLock held, FileStream stream)
    {
        this.path = path;
        this.held = held;
        this.stream = stream;
        header = file.Header;
        members = header.Members.ToDictionary(member => member, member => member.ToString());
        Ledger = file.Ledger;
        Notes = file.Notes;
    }

    /// <summary>What is known so far, with what is not yet on the disk. To be added to through the journal alone.</summary>
    public Ledger Ledger { get; }

    /// <summary>What resuming left out, and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Begins a new ledger.</summary>
    /// <exception cref="BadInputException">
    /// There is such a file, another process is writing it, the system refuses it, or the header contradicts itself.
    /// </exception>
    public static LedgerJournal Create(string path, LedgerHeader header) => Open(path, () =>
    {
        if (Path.Exists(path))
        {
            throw new BadInputException($"{path}: is there already; expected a new file: go on with that evaluation, or give another name");
        }

        new LedgerFile(header, new Ledger()).Write(path);
        return Read(path, header);
    });

    /// <summary>Goes on with a ledger that was broken off, or is finished.</summary>
    /// <param name="header">Of the evaluation that goes on.</param>
    /// <exception cref="BadInputException">
    /// There is no such file, it is damaged, it is another evaluation's, or another process is writing it.
    /// </exception>
    public static LedgerJournal Resume(string path, LedgerHeader header) => Open(path, () => Read(path, header));

    /// <summary>Appends what the network makes of a clean image.</summary>
    /// <exception cref="ArgumentException">The header does not ask for the sample.</exception>
    /// <exception cref="BadInputException">As <see cref="Ledger.AddClean"/>: nothing is appended.</exception>
    public void AppendClean(LedgerRow row)
    {
        Require(row.Sample);
        Ledger.AddClean(row);
        LedgerLines.Write(lines, row.Sample, row, []);
    }

    /// <summary>Appends what a member found of a sample whose row is there.</summary>
    /// <exception cref="ArgumentException">The header does not ask for the sample or the member.</exception>
    /// <exception cref="BadInputException">As <see cref="Ledger.Add"/>: nothing is appended.</exception>
    public void Append(int sample, LedgerMember member, MemberFinding finding)
    {
        Require(sample);
        var text = members.TryGetValue(member, out var known)
            ? known
            : throw new ArgumentException($"expected a member of the header's attacks, found {member}", nameof(member));
        Ledger.Add(sample, member, finding);
        LedgerLines.Write(lines, sample, null, [(text, finding)]);
    }

    /// <summary>Writes to the disk what was appended. To be called after every batch.</summary>
    /// <exception cref="BadInputException">The system refuses it: the file ends as it did before.</exception>
    public void Flush()
    {
        var before = stream.Length;
        try
        {
            stream.Write(lines.WrittenSpan);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CutOff(before);
            throw new BadInputException($"{path}: cannot be written: {exception.Message} What was there before the last batch is there", exception);
        }

        lines.ResetWrittenCount();
    }

    /// <summary>Puts everything in order and ends the journal, which nothing can be appended to any more.</summary>
    /// <returns>What the file has now; complete if nothing that was asked for is missing.</returns>
    /// <exception cref="BadInputException">The system refuses it: the journal is as it was.</exception>
    public LedgerFile Finish()
    {
        Flush();
        stream.Dispose();
        var file = new LedgerFile(header, Ledger) { Notes = Notes };
        file.Write(path);
        Dispose();
        return file;
    }

    /// <summary>Leaves the file as it is after the last <see cref="Flush"/>.</summary>
    public void Dispose()
    {
        stream.Dispose();
        held.Dispose();
    }

    private static LedgerJournal Open(string path, Func<(LedgerFile File, FileStream Stream)> read)
    {
        InputPath.RequireFile(path);
        var held = LedgerLock.Take(path);
        try
        {
            var (file, stream) = read();
            return new LedgerJournal(path, file, held, stream);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Reads what is there, cuts off what a kill left of the last line, and opens the file for more.</summary>
    private static (LedgerFile File, FileStream Stream) Read(string path, LedgerHeader expected)
    {
        LedgerFile file;
        long whole;
        using (var stream = InputFile.Open(path))
        {
            (file, whole) = LedgerReader.Read(path, stream);
        }

        if (LedgerHeaderJson.DifferenceOf(file.Header, expected) is { } difference)
        {
            throw new BadInputException($"{path}: is of another evaluation: its '{difference.Key}' is {difference.Found}, expected {difference.Expected}. "
                + "Give another file for this one");
        }

        return (file, Opened(path, whole));
    }

    private static FileStream Opened(string path, long whole)
    {
        FileStream? stream = null;
        try
        {
            // Without a buffer, which would keep what the system refused and write it later.
            stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.SetLength(whole);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw new BadInputException($"{path}: cannot be written: {exception.Message}", exception);
        }
    }

    private void Require(int sample)
    {
        if (!header.Samples.Contains(sample))
        {
            throw new ArgumentException($"expected a sample that the header asks for, found {sample}", nameof(sample));
        }
    }

    /// <summary>Nothing may follow half a line: where it cannot be removed, the journal ends, and who resumes it drops it.</summary>
    private void CutOff(long length)
    {
        try
        {
            stream.SetLength(length);
            stream.Seek(length, SeekOrigin.Begin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
        }
    }
}
