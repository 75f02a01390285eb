using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Output;

/// <summary>Numbers as results show them, the same in every culture.</summary>
public static class Format
{
    /// <summary>Stands where there is no number.</summary>
    public const string Missing = "–";

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Stands for a figure that must not be read as one: a share that is NaN.</summary>
    public const string Void = "void";

    /// <summary>A share as 12.3 %.</summary>
    public static string Percent(double share) => double.IsNaN(share) ? Void : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>A share with its interval: 12.3 % (10.1 to 14.5).</summary>
    public static string Percent(double share, Interval interval) => double.IsNaN(share)
        ? Void
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} % ({100 * interval.Lower:0.0} to {100 * interval.Upper:0.0})");

    /// <summary>A whole number with thin groups: 1,234,567.</summary>
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Three digits that matter: 1.23E-05.</summary>
    public static string Small(double value) => value.ToString("0.##E+00", CultureInfo.InvariantCulture);

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Bytes as MB.</summary>
    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    /// <summary>h:mm:ss, or m:ss below an hour.</summary>
    public static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}")
        : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    /// <summary>One line of JSON with snake_case names; infinities and NaN as strings.</summary>
    public static string Json(object value) => JsonSerializer.Serialize(value, JsonOptions);

    /// <summary>The same with more values under names of their own, where there are any.</summary>
    public static string Json(object value, params (string Name, object? Value)[] more)
    {
        JsonNode node = JsonSerializer.SerializeToNode(value, JsonOptions)!;
        foreach ((string name, object? added) in more.Where(each => each.Value is not null))
        {
            node[name] = JsonSerializer.SerializeToNode(added, JsonOptions);
        }

        return node.ToJsonString(JsonOptions);
    }
}
