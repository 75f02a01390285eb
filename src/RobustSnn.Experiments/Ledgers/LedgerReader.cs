using System.Text.Json;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>Reads a ledger's file, finished or a journal.</summary>
internal static class LedgerReader
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads the whole file.</summary>
    /// <returns>What is in it, and how many of its bytes are whole lines: the others were cut off.</returns>
    /// <exception cref="BadInputException">
    /// It is none, a line is damaged, or it is said to be complete and is not. A last line without an end is left out, with a note.
    /// </exception>
    public static (LedgerFile File, long Whole) Read(string path, Stream stream)
    {
        var lines = new LineReader(path, stream);
        if (!lines.TryRead(out var first, out var isWhole))
        {
            throw new BadInputException($"{path}: expected a ledger, which begins with a header, found an empty file");
        }

        if (!isWhole)
        {
            throw new BadInputException($"{path}: expected a ledger, found one line without an end, which is no ledger's header; give another file");
        }

        var (header, isComplete) = Parse($"{path}: line 1", first, LedgerHeaderJson.Read);
        var (ledger, notes) = (new Ledger(), new List<string>());
        var members = header.Members.ToDictionary(member => member.ToString(), StringComparer.Ordinal);
        while (lines.TryRead(out var line, out isWhole))
        {
            if (!isWhole)
            {
                notes.Add($"{path}: the last line was cut off and is left out ({line.Length} bytes behind line {lines.Number})");
                break;
            }

            Parse($"{path}: line {lines.Number}", line, (place, element) =>
            {
                LedgerLines.Read(place, element, header, members, ledger);
                return ledger;
            });
        }

        return !isComplete || header.IsComplete(ledger)
            ? (new LedgerFile(header, ledger) { Notes = notes }, lines.Whole)
            : throw new BadInputException($"{path}: the header says that the ledger is complete, but rows or findings that it asks for are not there: "
                + $"{ledger.Count} of {header.Samples.Count} samples have a row. A part of the file is lost; evaluate again");
    }

    private static T Parse<T>(string place, ReadOnlyMemory<byte> line, Func<string, JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Options);
            return read(place, document.RootElement);
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException or ArgumentException)
        {
            // The last two: half a surrogate pair, or bytes that are not UTF-8, in the text itself or escaped in a string of it.
            throw new BadInputException($"{place}: expected a line of a ledger, which is JSON: {mistake.Message}", mistake);
        }
    }
}
