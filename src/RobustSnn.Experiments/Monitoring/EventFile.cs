using System.Globalization;
using ProtoBuf;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>
/// A file of events that TensorBoard shows, of one process. It grows by whole records, each handed to the system at once, so that what a
/// killed process had written is there. Those of earlier processes stay beside it and are read before it, by their names.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const string Prefix = "events.out.tfevents.";
    private const string Version = "brain.Event:2";

    private readonly FileStream stream;

    private EventFile(FileStream stream) => this.stream = stream;

    /// <summary>Begins a file in the folder, which is made where it is not there.</summary>
    /// <param name="nextStep">The first step that will come: earlier files may have it, and later ones, of a process that lost them.</param>
    /// <exception cref="IOException">The system refuses it, as does <see cref="UnauthorizedAccessException"/>.</exception>
    public static EventFile Begin(string folder, long nextStep)
    {
        Directory.CreateDirectory(folder);
        // Behind all that are there, also where the clock was set back or two processes come in one second.
        var second = Directory.EnumerateFiles(folder, Prefix + "*").Select(SecondOf).Append(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1).Max() + 1;
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{second:D10}.{Environment.MachineName}.{Environment.ProcessId}");
        var file = new EventFile(new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0));
        try
        {
            file.Append(new EventMessage { FileVersion = Version });
            file.Append(new EventMessage { Step = nextStep, Session = new SessionMessage { Status = SessionMessage.Start } });
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds what there is to see at a step.</summary>
    /// <exception cref="IOException">The system refuses it: the disk is full.</exception>
    public void Append(long step, SummaryMessage summary) => Append(new EventMessage { Step = step, Summary = summary });

    public void Dispose() => stream.Dispose();

    private static long SecondOf(string path) =>
        long.TryParse(Path.GetFileName(path)[Prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var second) ? second : 0;

    private void Append(EventMessage message)
    {
        message.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        using var content = new MemoryStream();
        Serializer.Serialize(content, message);
        using var record = new MemoryStream();
        RecordFraming.Write(record, content.GetBuffer().AsSpan(0, (int)content.Length));
        stream.Write(record.GetBuffer().AsSpan(0, (int)record.Length));
    }
}
