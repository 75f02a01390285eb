using System.Diagnostics.CodeAnalysis;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>A ball for attacks as it is written: <c>8/255</c> for L∞, <c>l2:0.5</c> for L2. Two are equal if their balls are.</summary>
public readonly struct AttackBudget : IEquatable<AttackBudget>
{
    private const string Euclidean = "l2:";
    private const string Infinity = "linf:";

    private readonly string? text;

    private AttackBudget(Budget value, string text)
    {
        Value = value;
        this.text = text;
    }

    /// <summary>The ball.</summary>
    public Budget Value { get; }

    /// <summary>In L∞.</summary>
    public static AttackBudget Of(PixelFraction radius) => new(Budget.Pixels((float)radius.Value), radius.ToString());

    /// <summary>Reads <c>8/255</c>, <c>0.03</c>, <c>linf:8/255</c> (from 0 to 1) or <c>l2:0.5</c> (from 0 on).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AttackBudget budget)
    {
        budget = default;
        if (text is null)
        {
            return false;
        }

        if (text.StartsWith(Euclidean, StringComparison.Ordinal))
        {
            var isNumber = PixelFraction.TryParseAny(text[Euclidean.Length..], out double radius);
            budget = new AttackBudget(new Budget(Norm.Euclidean, (float)radius), text);
            return isNumber && float.IsFinite((float)radius);
        }

        var inPixels = text.StartsWith(Infinity, StringComparison.Ordinal) ? text[Infinity.Length..] : text;
        var isFraction = PixelFraction.TryParse(inPixels, out PixelFraction fraction);
        budget = new AttackBudget(Budget.Pixels((float)fraction.Value), inPixels);
        return isFraction;
    }

    /// <summary>The same.</summary>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="BadInputException">It is none of these.</exception>
    public static AttackBudget Parse(string name, string text) => TryParse(text, out AttackBudget budget)
        ? budget
        : throw new BadInputException($"{name}: expected a radius from 0 to 1 such as 8/255 or 0.03, or in L2 such as l2:0.5, found '{text}'");

    public bool Equals(AttackBudget other) => Value == other.Value;

    public override bool Equals(object? obj) => obj is AttackBudget other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>As it was written.</summary>
    public override string ToString() => text ?? "0";
}

/// <summary>An attack as it is written, by the name that results show: <c>pgd</c> is <c>pgd10</c>.</summary>
public readonly record struct AttackName(string Name)
{
    public override string ToString() => Name;
}
