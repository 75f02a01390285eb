using System.CommandLine;
using System.Globalization;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>What the user says of a file of somebody else's network, which <c>rsnn import</c> and <c>rsnn evaluate</c> read.</summary>
internal sealed class ForeignOptions
{
    /// <summary>What a checkpoint says of the stage that made it.</summary>
    public const string Stage = "imported";

    private const string NoNormalisation = "none";

    private static readonly string[] Resets = ["hard", "soft"];

    private readonly Option<string?> architecture = new("--as")
    {
        Description = $"Whose network it is; recognised by names and shapes where left out. One of {string.Join(", ", ForeignArchitectures.Names)}.",
        HelpName = "ARCHITECTURE",
    };

    private readonly Option<double?> keep = CommonOptions.OptionalNumber(
        "--keep", "0.1", "The share of its weights that a network with scores (HYDRA's and HARP's popup_scores) was pruned to; no file says it.");

    private readonly Option<string?> normalise = new("--normalise")
    {
        Description = "What it normalises pixels in [0, 1] with, where the file does not say: "
            + $"{NoNormalisation}, {string.Join(", ", PixelStatistics.Known.Keys)}, or means and deviations: 0.49,0.48,0.45/0.25,0.24,0.26.",
        HelpName = "NAME|MEANS/DEVIATIONS",
    };

    private readonly Option<int?> size = CommonOptions.OptionalWhole(
        "--size", "N", "Rows and columns of its images; those that the architecture was made for where left out.", 1);

    private readonly Option<double?> leak = CommonOptions.OptionalNumber("--leak", "LEAK", "Of the neurons of a network that was converted. [default: 1]");

    private readonly Option<string?> reset = new("--reset")
    {
        Description = $"Of the neurons of a network that was converted. [default: {Resets[0]}]",
        HelpName = string.Join("|", Resets),
    };

    private readonly Option<string?> network = new("--network")
    {
        Description = "A file that gives the network by its sizes, of one of your own: network: { family: vgg, layers: [16, M, 32, M], head: [64] }. Tensors, whatever "
            + "they are called, are its parameters by order and shape; with --size and --normalise.",
        HelpName = "FILE.yaml",
    };

    public IEnumerable<Option> All => [architecture, network, keep, normalise, size, leak, reset];

    /// <summary>What was said.</summary>
    /// <param name="timesteps">T of a network that was converted; null where nobody says it.</param>
    /// <exception cref="BadInputException">A normalisation, a leak or a reset is none.</exception>
    public ImportOptions Read(ParseResult parsed, int? timesteps) => new(
        parsed.GetValue(architecture), parsed.GetValue(keep), Normalisation(parsed.GetValue(normalise)), parsed.GetValue(size), timesteps,
        Leak(parsed.GetValue(leak)), Reset(parsed.GetValue(reset)))
    {
        Network = parsed.GetValue(network) is { } file ? SettingsReader.ReadNetwork(file) : null,
    };

    /// <summary>A checkpoint of this program, or, where the file is none, somebody else's network; of that one it is said what was taken.</summary>
    /// <param name="timesteps">As <see cref="Read"/> has it.</param>
    /// <exception cref="BadInputException">The file is neither, or an option says what a checkpoint says itself.</exception>
    public LoadedModel Load(ParseResult parsed, string path, IBackend backend, int? timesteps, Terminal terminal)
    {
        ImportOptions said = Read(parsed, timesteps);
        if (ModelFile.IsCheckpoint(path))
        {
            return All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } needless
                ? throw new BadInputException($"{needless.Name}: expected with somebody else's network, found {path}, a checkpoint, which says it itself; leave it out")
                : ModelFile.Load(path, backend);
        }

        ImportedNetwork imported = NetworkImport.Read(path, backend, said);
        Write(terminal.Error, imported);
        return new LoadedModel(imported.Model, new ModelInfo(DataSource.Unknown, imported.Timesteps, Stage));
    }

    /// <summary>Says what was read.</summary>
    public static void Write(TextWriter writer, ImportedNetwork imported)
    {
        Network network = imported.Model.Network;
        writer.WriteLine(
            $"{network.Architecture} ({imported.Architecture}: {imported.Whose}), "
            + $"{Format.Count(imported.Model.Parameters.All.Sum(parameter => (double)parameter.Specification.Count))} values in "
            + $"{imported.Model.Parameters.All.Count} tensors, {network.Classes} classes, images of {network.Input}");
        foreach (string note in imported.Notes)
        {
            writer.WriteLine(note);
        }
    }

    private static double? Leak(double? value) => value is null or (> 0 and <= 1)
        ? value
        : throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"--leak: expected a number above 0, at most 1, found {value}"));

    private static Reset? Reset(string? text) => text is null ? null
        : text == Resets[0] ? Model.Reset.Hard
        : text == Resets[1] ? Model.Reset.Soft
        : throw new BadInputException($"--reset: expected {string.Join(" or ", Resets)}, found '{text}'");

    /// <summary>A data set's statistics, none, or numbers.</summary>
    private static PixelStatistics? Normalisation(string? text)
    {
        if (text is null or NoNormalisation)
        {
            return text is null ? null : PixelStatistics.None;
        }

        if (PixelStatistics.Known.TryGetValue(text, out PixelStatistics? known))
        {
            return known;
        }

        double[][] numbers = [.. text.Split('/').Select(Numbers)];
        return numbers is [{ Length: 3 } means, { Length: 3 } deviations]
            && Array.TrueForAll(means, PixelStatistics.IsMean) && Array.TrueForAll(deviations, PixelStatistics.IsDeviation)
            ? new PixelStatistics([.. means], [.. deviations])
            : throw new BadInputException(
                $"--normalise: expected {NoNormalisation}, {string.Join(", ", PixelStatistics.Known.Keys)}, or three means, a slash and three deviations "
                + $"above 0, finite and above 0 in single precision too, such as 0.49,0.48,0.45/0.25,0.24,0.26, found '{text}'{NearestName.Hint(text, [NoNormalisation, .. PixelStatistics.Known.Keys])}");
    }

    /// <summary>What stands between commas, NaN where it is no number.</summary>
    private static double[] Numbers(string list) =>
        [.. list.Split(',').Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
}
