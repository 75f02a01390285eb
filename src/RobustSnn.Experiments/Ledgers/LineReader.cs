using RobustSnn.Model;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>A file's lines as bytes, one after the other, of bounded length and number: a file given by mistake may be anything.</summary>
/// <param name="place">The file, for refusals.</param>
internal sealed class LineReader(string place, Stream stream)
{
    /// <summary>Far more than a row with thousands of members.</summary>
    public const int Longest = 1 << 20;

    /// <summary>Far more than a journal of the largest data set with hundreds of members, a line each.</summary>
    public const int Most = 1 << 28;

    private byte[] buffer = new byte[1 << 12];
    private int start;
    private int end;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes up to the end of the last whole line.</summary>
    public long Whole { get; private set; }

    /// <summary>Reads the next line; false where there is none.</summary>
    /// <param name="line">Without its end; valid until the next is read.</param>
    /// <param name="isWhole">Whether the line has an end: the last of a file that was cut off has none.</param>
    /// <exception cref="BadInputException">A line is longer than <see cref="Longest"/>, or there are more than <see cref="Most"/>.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line, out bool isWhole)
    {
        var searched = start;
        int length;
        while ((length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n')) < 0)
        {
            searched = end;
            if (Fill(ref searched) == 0)
            {
                line = buffer.AsMemory(start, end - start);
                isWhole = false;
                start = end;
                return line.Length > 0;
            }
        }

        line = buffer.AsMemory(start, searched + length - start);
        isWhole = true;
        start = searched + length + 1;
        Whole += line.Length + 1;
        Number++;
        return Number <= Most ? true : throw new BadInputException($"{place}: expected at most {Most} lines, found more; give another file");
    }

    /// <summary>Reads more behind what is there. Gives how many bytes.</summary>
    /// <param name="position">In the buffer; moves with what it points to.</param>
    private int Fill(ref int position)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (position, end, start) = (position - start, end - start, 0);
        if (end > Longest)
        {
            throw new BadInputException($"{place}: line {Number + 1}: expected at most {Longest} bytes, found more; give another file");
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, Math.Min(2 * buffer.Length, Longest + 1));
        }

        var read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        return read;
    }
}
