using ProtoBuf;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>A record of an event file, as TensorBoard's event.proto has it: when, at which step, and one of what follows.</summary>
[ProtoContract]
internal sealed class EventMessage
{
    /// <summary>Seconds since 1970.</summary>
    [ProtoMember(1)]
    public double WallTime { get; set; }

    [ProtoMember(2)]
    public long Step { get; set; }

    /// <summary>Only of a file's first record.</summary>
    [ProtoMember(3)]
    public string? FileVersion { get; set; }

    [ProtoMember(5)]
    public SummaryMessage? Summary { get; set; }

    [ProtoMember(7)]
    public SessionMessage? Session { get; set; }
}

/// <summary>What there is to see at one step (summary.proto).</summary>
[ProtoContract]
internal sealed class SummaryMessage
{
    [ProtoMember(1)]
    public List<SummaryValue> Values { get; } = [];
}

/// <summary>A number, an image or a histogram under a name, of which the part before the first slash is its group.</summary>
[ProtoContract]
internal sealed class SummaryValue
{
    [ProtoMember(1)]
    public string Tag { get; set; } = "";

    /// <summary>Nullable, so that 0 is written.</summary>
    [ProtoMember(2)]
    public float? Number { get; set; }

    [ProtoMember(4)]
    public ImageMessage? Image { get; set; }

    [ProtoMember(5)]
    public HistogramMessage? Histogram { get; set; }
}

/// <summary>An image in PNG.</summary>
[ProtoContract]
internal sealed class ImageMessage
{
    [ProtoMember(1)]
    public int Height { get; set; }

    [ProtoMember(2)]
    public int Width { get; set; }

    /// <summary>Channels: 3 is red, green and blue.</summary>
    [ProtoMember(3)]
    public int Colours { get; set; }

    [ProtoMember(4)]
    public byte[] Content { get; set; } = [];
}

/// <summary>How values lie: bucket i holds those above the limit of the one before, up to its own.</summary>
[ProtoContract]
internal sealed class HistogramMessage
{
    [ProtoMember(1)]
    public double Least { get; set; }

    [ProtoMember(2)]
    public double Largest { get; set; }

    [ProtoMember(3)]
    public double Count { get; set; }

    [ProtoMember(4)]
    public double Sum { get; set; }

    [ProtoMember(5)]
    public double SumOfSquares { get; set; }

    [ProtoMember(6, IsPacked = true)]
    public double[] Limits { get; set; } = [];

    [ProtoMember(7, IsPacked = true)]
    public double[] Buckets { get; set; } = [];
}

/// <summary>That a process goes on: what earlier files have of its step, and later ones, counts no more.</summary>
[ProtoContract]
internal sealed class SessionMessage
{
    /// <summary>START of event.proto.</summary>
    public const int Start = 1;

    [ProtoMember(1)]
    public int Status { get; set; }
}
