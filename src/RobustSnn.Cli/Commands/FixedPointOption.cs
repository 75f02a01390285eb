using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.FixedPoint;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>--fixed-point</c>: of how many bits weights are in integers.</summary>
internal static class FixedPointOption
{
    public const string Name = "--fixed-point";

    /// <summary>One number of bits; null where not given.</summary>
    public static Option<int?> One(string description) => new(Name)
    {
        Description = description,
        HelpName = "BITS",
        CustomParser = result => Parse(result.Tokens.Single().Value, result),
    };

    /// <summary>One or several numbers of bits, as 16,12,8: each once, in the order in which they are given; none where not given.</summary>
    public static Option<int[]?> Several(string description) => new(Name)
    {
        Description = description,
        HelpName = "BITS,...",
        CustomParser = result =>
        [
            .. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)).Select(text => Parse(text, result)).Distinct(),
        ],
        Arity = ArgumentArity.OneOrMore,
    };

    /// <param name="what">That asks for integers: the option, or a file.</param>
    /// <param name="backend">By name.</param>
    /// <exception cref="BadInputException">It is another backend than the processor's.</exception>
    public static void RequireProcessor(string what, string backend)
    {
        if (backend != Backends.Cpu)
        {
            throw new BadInputException($"{what}: integers are computed on the processor; expected --backend {Backends.Cpu}, found {backend}");
        }
    }

    private static int Parse(string text, ArgumentResult result)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits is >= IntegerWeights.FewestBits and <= IntegerWeights.MostBits)
        {
            return bits;
        }

        result.AddError($"{Name}: expected {IntegerWeights.FewestBits} to {IntegerWeights.MostBits} bits, found '{text}'");
        return 0;
    }
}
