using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RobustSnn.Experiments.Settings;

/// <summary>
/// A distance in pixel units, 0 to 1, that keeps the form in which it was written: <c>8/255</c> or <c>0.03</c>. Two are equal if
/// their values are.
/// </summary>
public readonly struct PixelFraction : IEquatable<PixelFraction>
{
    private readonly string? text;

    private PixelFraction(double value, string text)
    {
        Value = value;
        this.text = text;
    }

    /// <summary>In [0,1] pixel units.</summary>
    public double Value { get; }

    /// <summary>So many 255ths: <c>Of255(8)</c> is 8/255.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 0 or more than 255.</exception>
    public static PixelFraction Of255(int numerator) => TryParse($"{numerator}/255", out PixelFraction fraction)
        ? fraction
        : throw new ArgumentOutOfRangeException(nameof(numerator), numerator, "expected 0 to 255");

    /// <summary>Reads <c>a/b</c> or a decimal number; false if it is neither, or outside [0,1].</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PixelFraction fraction)
    {
        fraction = default;
        if (!TryParseAny(text, out double value))
        {
            return false;
        }

        fraction = new PixelFraction(value, text);
        return value <= 1;
    }

    /// <summary>The same without an upper bound.</summary>
    internal static bool TryParseAny([NotNullWhen(true)] string? text, out double value)
    {
        value = 0;
        string[] parts = text?.Split('/') ?? [];
        if (parts.Length is 0 or > 2 || !TryNumber(parts[0], out value))
        {
            return false;
        }

        if (parts.Length == 2)
        {
            if (!TryNumber(parts[1], out double denominator) || denominator == 0)
            {
                return false;
            }

            value /= denominator;
        }

        return double.IsFinite(value);
    }

    public bool Equals(PixelFraction other) => Value.Equals(other.Value);

    public override bool Equals(object? obj) => obj is PixelFraction other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>As it was written.</summary>
    public override string ToString() => text ?? "0";

    public static bool operator ==(PixelFraction left, PixelFraction right) => left.Equals(right);

    public static bool operator !=(PixelFraction left, PixelFraction right) => !left.Equals(right);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);
}
