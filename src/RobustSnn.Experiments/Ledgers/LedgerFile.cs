using System.Buffers;
using System.Text;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>
/// A ledger with what it is of, as JSON Lines: a header, then rows. The same content is the same bytes: one row a sample by number, members in
/// the header's order, numbers in the fewest digits that give them back.
/// </summary>
public sealed record LedgerFile(LedgerHeader Header, Ledger Ledger)
{
    private const int BytesAtOnce = 1 << 16;

    /// <summary>What reading left out, and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether it has every figure that was asked for.</summary>
    public bool IsComplete => Header.IsComplete(Ledger);

    /// <summary>Reads a finished ledger, or the journal of an evaluation that is running or was broken off.</summary>
    /// <exception cref="BadInputException">It is none, or damaged: the message says in which line.</exception>
    public static LedgerFile Read(string path)
    {
        using var stream = InputFile.Open(path);
        return LedgerReader.Read(path, stream).File;
    }

    /// <summary>Writes the whole file, or leaves what was there.</summary>
    /// <exception cref="BadInputException">The system refuses it.</exception>
    /// <exception cref="InvalidOperationException">As <see cref="Write(Stream)"/>.</exception>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes what the file has.</summary>
    /// <exception cref="InvalidOperationException">The ledger has a sample or a member that the header does not ask for: it would be lost.</exception>
    public void Write(Stream stream)
    {
        (string Text, LedgerMember Member)[] members = [.. Header.Members.Select(member => (member.ToString(), member))];
        var lines = new ArrayBufferWriter<byte>(BytesAtOnce);
        lines.Write(Encoding.UTF8.GetBytes(LedgerHeaderJson.Write(Header, IsComplete) + "\n"));
        foreach (var row in Ledger.Rows)
        {
            var found = Ledger.Found(row.Sample);
            (string, MemberFinding)[] inOrder =
                [.. members.Where(each => found.ContainsKey(each.Member)).Select(each => (each.Text, found[each.Member]))];
            if (inOrder.Length != found.Count || !Header.Samples.Contains(row.Sample))
            {
                throw new InvalidOperationException($"Sample {row.Sample}, or a finding of it, is none that the ledger's header asks for.");
            }

            LedgerLines.Write(lines, row.Sample, row, inOrder);
            if (lines.WrittenCount >= BytesAtOnce)
            {
                stream.Write(lines.WrittenSpan);
                lines.ResetWrittenCount();
            }
        }

        stream.Write(lines.WrittenSpan);
    }
}
