using ProtoBuf;

namespace RobustSnn.Exchange.Onnx.Messages;

/// <summary>ONNX's ModelProto, with the fields that are written here.</summary>
[ProtoContract]
internal sealed class ModelMessage
{
    [ProtoMember(1)]
    public long IrVersion { get; set; }

    [ProtoMember(2)]
    public string ProducerName { get; set; } = "";

    [ProtoMember(3)]
    public string ProducerVersion { get; set; } = "";

    [ProtoMember(7, IsRequired = true)]
    public GraphMessage Graph { get; set; } = new();

    [ProtoMember(8)]
    public List<OperatorSetMessage> OperatorSets { get; } = [];

    [ProtoMember(14)]
    public List<EntryMessage> Metadata { get; } = [];
}

/// <summary>ONNX's OperatorSetIdProto; the empty domain is that of the standard operators.</summary>
[ProtoContract]
internal sealed class OperatorSetMessage
{
    [ProtoMember(1)]
    public string Domain { get; set; } = "";

    [ProtoMember(2)]
    public long Version { get; set; }
}

/// <summary>ONNX's StringStringEntryProto.</summary>
[ProtoContract]
internal sealed class EntryMessage
{
    [ProtoMember(1)]
    public string Key { get; set; } = "";

    [ProtoMember(2)]
    public string Value { get; set; } = "";
}
