using System.CommandLine.Parsing;
using System.CommandLine;
using System.Globalization;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Cli.Commands;

/// <summary>Options that several commands have, and checks of their values.</summary>
internal static class CommonOptions
{
    /// <summary>Which class of the images is which of the network, where names or order differ.</summary>
    public static Option<string?> MapClasses() => new("--map-classes")
    {
        Description = "Classes of the images and of the network that are the same, where they have other names or another order.",
        HelpName = "plane=airplane,car=automobile",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document instead of a table." };

    /// <summary>A whole number from a minimum on, with a default.</summary>
    public static Option<int> Whole(string name, string unit, string description, int minimum, int otherwise) => new(name)
    {
        Description = description,
        HelpName = unit,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => ParseWhole(name, minimum, result),
    };

    /// <summary>A whole number from a minimum on; null where not given.</summary>
    public static Option<int?> OptionalWhole(string name, string unit, string description, int minimum) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result => ParseWhole(name, minimum, result),
    };

    /// <summary>A number; null where not given.</summary>
    public static Option<double?> OptionalNumber(string name, string unit, string description) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                result.AddError($"{name}: expected a number, found '{text}'");
            }

            return value;
        },
    };

    /// <summary>A distance in pixel units, as 8/255 or 0.03.</summary>
    public static Option<PixelFraction> Pixels(string name, string description, PixelFraction otherwise) => new(name)
    {
        Description = description,
        HelpName = "8/255",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (!PixelFraction.TryParse(text, out PixelFraction value))
            {
                result.AddError($"{name}: expected a number from 0 to 1 such as 8/255 or 0.03, found '{text}'");
            }

            return value;
        },
    };

    private static int ParseWhole(string name, int minimum, ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            result.AddError($"{name}: expected a whole number from {minimum} to {int.MaxValue}, found '{text}'");
        }
        else if (value < minimum)
        {
            result.AddError($"{name}: expected {minimum} or more, found {value}");
        }

        return value;
    }
}
