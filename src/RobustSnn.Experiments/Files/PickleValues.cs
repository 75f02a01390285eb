namespace RobustSnn.Experiments.Files;

/// <summary>A class or function that a pickle names. Nothing is ever looked up or called by it.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public static readonly PickleGlobal OrderedDict = new("collections", "OrderedDict");
    public static readonly PickleGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor_v2");

    /// <summary>Before PyTorch 0.4.</summary>
    public static readonly PickleGlobal RebuildOldTensor = new("torch._utils", "_rebuild_tensor");

    public static readonly PickleGlobal RebuildParameter = new("torch._utils", "_rebuild_parameter");

    /// <summary>The storage classes that are read, and what their elements are.</summary>
    public static readonly IReadOnlyDictionary<PickleGlobal, ElementType> Storages = new Dictionary<PickleGlobal, ElementType>
    {
        [new("torch", "FloatStorage")] = ElementType.F32,
        [new("torch", "DoubleStorage")] = ElementType.F64,
        [new("torch", "HalfStorage")] = ElementType.F16,
        [new("torch", "BFloat16Storage")] = ElementType.BF16,
        [new("torch", "LongStorage")] = ElementType.I64,
        [new("torch", "IntStorage")] = ElementType.I32,
        [new("torch", "ByteStorage")] = ElementType.U8,
        [new("torch", "BoolStorage")] = ElementType.Bool,
    };

    public bool IsKnown =>
        this == OrderedDict || this == RebuildTensor || this == RebuildOldTensor || this == RebuildParameter || Storages.ContainsKey(this);

    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>Stands for whatever a global that is not read would make: nothing was looked up or called.</summary>
/// <param name="Global">The class or function.</param>
/// <param name="Offset">Where the pickle names it.</param>
internal sealed record PickleRefused(PickleGlobal Global, int Offset);

/// <summary>A Python tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A Python dict, or an OrderedDict, in order of insertion. Keys are strings and whole numbers.</summary>
internal sealed class PickleDictionary
{
    public OrderedDictionary<object, object?> Items { get; } = [];
}

/// <summary>The record <c>data/Key</c> of the archive: Count elements.</summary>
internal sealed record PickleStorage(ElementType Type, string Key, long Count);

/// <summary>A view of a storage: Offset and Strides in elements.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Dimensions, long[] Strides);

/// <summary>What a pickle builds, for messages.</summary>
internal static class PickleValue
{
    public static string Describe(object? value) => value switch
    {
        null => "None",
        PickleGlobal global => global.ToString(),
        PickleRefused refused => refused.Global.ToString(),
        byte[] => "bytes",
        PickleTuple => "a tuple",
        PickleDictionary => "a dictionary",
        List<object?> => "a list",
        PickleTensor => "a tensor",
        PickleStorage => "a storage",
        string text => $"'{text}'",
        _ => value.ToString()!,
    };
}
