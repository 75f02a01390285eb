namespace RobustSnn.Experiments.Files;

/// <summary>What one element of a stored tensor is.</summary>
public enum ElementType
{
    F32,
    F64,

    /// <summary>IEEE 754 half precision: 5 bits of exponent, 10 of fraction.</summary>
    F16,

    /// <summary>The upper half of an F32.</summary>
    BF16,

    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

/// <summary>Sizes of the element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.F32 or ElementType.I32 => 4,
        ElementType.F64 or ElementType.I64 => 8,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 => 2,
        ElementType.I8 or ElementType.U8 or ElementType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such element type"),
    };

    /// <summary>Whether elements are floating-point numbers.</summary>
    public static bool IsFloating(this ElementType type) =>
        type is ElementType.F32 or ElementType.F64 or ElementType.F16 or ElementType.BF16;
}
