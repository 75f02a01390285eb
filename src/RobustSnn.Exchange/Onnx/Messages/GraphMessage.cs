using ProtoBuf;

namespace RobustSnn.Exchange.Onnx.Messages;

/// <summary>ONNX's GraphProto.</summary>
[ProtoContract]
internal sealed class GraphMessage
{
    [ProtoMember(1)]
    public List<NodeMessage> Nodes { get; } = [];

    [ProtoMember(2)]
    public string Name { get; set; } = "";

    [ProtoMember(5)]
    public List<TensorMessage> Initializers { get; } = [];

    [ProtoMember(11)]
    public List<ValueMessage> Inputs { get; } = [];

    [ProtoMember(12)]
    public List<ValueMessage> Outputs { get; } = [];
}

/// <summary>ONNX's NodeProto: an operator on named values.</summary>
[ProtoContract]
internal sealed class NodeMessage
{
    [ProtoMember(1)]
    public List<string> Inputs { get; } = [];

    [ProtoMember(2)]
    public List<string> Outputs { get; } = [];

    [ProtoMember(3)]
    public string Name { get; set; } = "";

    [ProtoMember(4)]
    public string Operator { get; set; } = "";

    [ProtoMember(5)]
    public List<AttributeMessage> Attributes { get; } = [];
}

/// <summary>ONNX's AttributeProto, of one of the kinds that are written here.</summary>
[ProtoContract]
internal sealed class AttributeMessage
{
    private const int OneFloat = 1;
    private const int OneInteger = 2;
    private const int ManyIntegers = 7;

    [ProtoMember(1)]
    public string Name { get; set; } = "";

    [ProtoMember(2)]
    public float Float { get; set; }

    [ProtoMember(3)]
    public long Integer { get; set; }

    [ProtoMember(8, IsPacked = true)]
    public long[]? Integers { get; set; }

    /// <summary>Which of the fields holds.</summary>
    [ProtoMember(20)]
    public int Kind { get; set; }

    public static AttributeMessage Of(string name, float value) => new() { Name = name, Float = value, Kind = OneFloat };

    public static AttributeMessage Of(string name, long value) => new() { Name = name, Integer = value, Kind = OneInteger };

    public static AttributeMessage Of(string name, params long[] values) => new() { Name = name, Integers = values, Kind = ManyIntegers };
}
