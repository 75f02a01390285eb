using ProtoBuf;

namespace RobustSnn.Exchange.Onnx.Messages;

/// <summary>ONNX's TensorProto of floats, with its elements as bytes.</summary>
[ProtoContract]
internal sealed class TensorMessage
{
    /// <summary>ONNX's number of 32-bit floats.</summary>
    public const int Float = 1;

    /// <summary>None for a scalar.</summary>
    [ProtoMember(1, IsPacked = true)]
    public long[] Dimensions { get; set; } = [];

    [ProtoMember(2, IsRequired = true)]
    public int ElementType { get; set; } = Float;

    [ProtoMember(8)]
    public string Name { get; set; } = "";

    /// <summary>Row by row, little-endian.</summary>
    [ProtoMember(9)]
    public byte[] Bytes { get; set; } = [];
}

/// <summary>ONNX's ValueInfoProto: an input or output of the graph.</summary>
[ProtoContract]
internal sealed class ValueMessage
{
    [ProtoMember(1)]
    public string Name { get; set; } = "";

    [ProtoMember(2, IsRequired = true)]
    public TypeMessage Type { get; set; } = new();
}

/// <summary>ONNX's TypeProto, of a tensor.</summary>
[ProtoContract]
internal sealed class TypeMessage
{
    [ProtoMember(1, IsRequired = true)]
    public TensorTypeMessage Tensor { get; set; } = new();
}

/// <summary>ONNX's TypeProto.Tensor.</summary>
[ProtoContract]
internal sealed class TensorTypeMessage
{
    [ProtoMember(1, IsRequired = true)]
    public int ElementType { get; set; } = TensorMessage.Float;

    [ProtoMember(2, IsRequired = true)]
    public ShapeMessage Shape { get; set; } = new();
}

/// <summary>ONNX's TensorShapeProto.</summary>
[ProtoContract]
internal sealed class ShapeMessage
{
    [ProtoMember(1)]
    public List<DimensionMessage> Dimensions { get; } = [];
}

/// <summary>ONNX's TensorShapeProto.Dimension: a size, or the name of one that each call has its own of.</summary>
[ProtoContract]
internal sealed class DimensionMessage
{
    [ProtoMember(1)]
    public long? Size { get; set; }

    [ProtoMember(2)]
    public string? Symbol { get; set; }
}
