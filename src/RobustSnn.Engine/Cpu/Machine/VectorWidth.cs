using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>Which vectors the sparse kernels use: the number of floats in one.</summary>
public enum VectorWidth
{
    /// <summary>128-bit vectors: every processor that .NET runs on.</summary>
    Bits128 = 4,

    /// <summary>AVX2.</summary>
    Bits256 = 8,

    /// <summary>AVX-512.</summary>
    Bits512 = 16,
}

/// <summary>Choosing a vector width.</summary>
public static class VectorWidths
{
    /// <summary>Environment variable that forces one: 128, 256 or 512.</summary>
    public const string Variable = "RSNN_VECTOR_BITS";

    /// <summary>Those that the processor and the runtime offer, widest first.</summary>
    public static IReadOnlyList<VectorWidth> Available { get; } =
    [
        .. Vector512.IsHardwareAccelerated ? [VectorWidth.Bits512] : Array.Empty<VectorWidth>(),
        .. Vector256.IsHardwareAccelerated ? [VectorWidth.Bits256] : Array.Empty<VectorWidth>(),
        VectorWidth.Bits128,
    ];

    /// <summary>What <see cref="Variable"/> says, or else the widest.</summary>
    /// <exception cref="BadInputException">The variable names none, or one that this machine does not have.</exception>
    public static VectorWidth Chosen()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(text))
        {
            return Available[0];
        }

        foreach (var width in Available)
        {
            if (text == Bits(width))
            {
                return width;
            }
        }

        throw new BadInputException(
            $"{Variable}: expected one of {string.Join(", ", Available.Select(Bits))} (what this machine has), found '{text}'");
    }

    /// <summary>For people: "AVX-512".</summary>
    public static string Name(this VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => "AVX-512",
        VectorWidth.Bits256 => "AVX2",
        _ => "128-bit vectors",
    };

    private static string Bits(VectorWidth width) => ((int)width * 32).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
