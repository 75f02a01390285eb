using System.Globalization;
using System.Text;
using System.Text.Json;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>What somebody wants of a first experiment of their own.</summary>
/// <param name="Data">A data set by name: one of <see cref="ExperimentTemplate.DataNames"/>.</param>
/// <param name="Directory">Where its files are; null for where they are downloaded to, or for what is drawn.</param>
/// <param name="Size">One of <see cref="ExperimentTemplate.Sizes"/>.</param>
/// <param name="Sparsity">Share of the weights that are pruned, from 0 to below 1.</param>
/// <param name="Epsilon">The radius that is trained and attacked with; null for the preset's.</param>
public sealed record ExperimentWish(string Data, string? Directory, string Size, double Sparsity, PixelFraction? Epsilon);

/// <summary>Writes a commented experiment file: a preset as its base, and the keys that differ.</summary>
public static class ExperimentTemplate
{
    private const string Quick = "quick";
    private const string Small = "small";
    private const string Paper = "paper";

    /// <summary>What each size is, in a line.</summary>
    private static readonly Dictionary<string, string> Meanings = new()
    {
        [Quick] = "a tiny network on few images: minutes on two cores; shows that everything works, accuracies say little",
        [Small] = "a small network on all images: hours on a few cores",
        [Paper] = "the papers' network and epochs: days on many cores, or a card (--backend cuda)",
    };

    private static readonly Dictionary<string, string> PaperPresets = new()
    {
        ["cifar10"] = "p2-cifar10-vgg16",
        ["cifar100"] = "p2-cifar100",
        ["svhn"] = "p1-svhn-resnet20",
        ["tinyimagenet"] = "p2-tinyimagenet",
    };

    /// <summary>The data sets, by name.</summary>
    public static IReadOnlyList<string> DataNames { get; } = [.. Enum.GetValues<DataSetName>().Select(name => SettingName.Of(name.ToString()))];

    /// <summary>How large an experiment may be.</summary>
    public static IReadOnlyList<string> Sizes { get; } = [Quick, Small, Paper];

    /// <summary>A size with what it is.</summary>
    public static string Meaning(string size) => $"{size}: {Meanings[size]}";

    /// <summary>The file's text, which <see cref="SettingsReader"/> has read.</summary>
    /// <exception cref="BadInputException">There is no such data set or size, the data set has none of that size, or a number is out of range.</exception>
    public static string Write(ExperimentWish wish)
    {
        Require(wish);
        var preset = PresetOf(wish);
        var name = string.Create(CultureInfo.InvariantCulture, $"{wish.Data}-{wish.Size}-{100 * wish.Sparsity:0.###}");
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            # An experiment of rsnn. It runs by:
            #     rsnn run FILE --out runs/{name}
            # and is watched from another terminal by:
            #     rsnn watch runs/{name}
            # Of what is not said here, the preset below says it; all keys with their values: rsnn presets {preset} --resolved

            base: {preset}
            name: {name}
            description: {wish.Data}, {wish.Size}, {100 * wish.Sparsity:0.###} % pruned


            """).ReplaceLineEndings("\n"));
        foreach (var section in Sections(wish, Presets.Read(preset)).GroupBy(line => line.Section))
        {
            text.Append(section.Key).Append(":\n").AppendJoin('\n', section.Select(line => $"  {line.Text}")).Append("\n\n");
        }

        if (wish.Sparsity > 0 && wish.Size == Paper && wish.Data == "svhn")
        {
            text.Append("# P1 prunes nothing: its preset leaves out the two stages that do.\nstages: [pretrain, prune, finetune_ann, convert, finetune_snn]\n");
        }

        var written = text.ToString();
        SettingsReader.Read(written, "the new experiment");
        return written;
    }

    private static void Require(ExperimentWish wish)
    {
        RequireName("--data", wish.Data, DataNames);
        RequireName("--size", wish.Size, Sizes);
        if (wish.Sparsity is not (>= 0 and < 1))
        {
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"--sparsity: expected a number from 0 to below 1, such as 0.9, found {wish.Sparsity}"));
        }

        if (wish.Data == "folder" && wish.Directory is null)
        {
            throw new BadInputException("--data: expected the folder with your images, train/CLASS/ and test/CLASS/, found 'folder'");
        }

        if (wish.Size == Paper && !PaperPresets.ContainsKey(wish.Data))
        {
            throw new BadInputException($"--size: expected {Quick} or {Small} for {wish.Data}, which no paper has, found {Paper}");
        }

        if (wish.Epsilon is { Value: 0 })
        {
            throw new BadInputException("--epsilon: expected a radius above 0, such as 8/255, found 0");
        }
    }

    private static void RequireName(string option, string given, IReadOnlyList<string> known)
    {
        if (!known.Contains(given))
        {
            throw new BadInputException($"{option}: expected one of {string.Join(", ", known)}, found '{given}'{NearestName.Hint(given, known)}");
        }
    }

    private static string PresetOf(ExperimentWish wish) => (wish.Data, wish.Size) switch
    {
        ("shapes10", _) => "shapes10-quick",
        (_, Paper) => PaperPresets[wish.Data],
        _ => "cifar10-small",
    };

    private static IEnumerable<(string Section, string Text)> Sections(ExperimentWish wish, ExperimentSettings preset)
    {
        return
        [
            .. Images(wish, preset).Select(line => ("data", line)),
            .. wish.Size == Quick && wish.Data != "shapes10"
                ? [("network", "architecture: vggtiny    # 16, 32, 64 channels; vggsmall has twice as many"), ("network", "timesteps: 4")]
                : Array.Empty<(string, string)>(),
            ("prune", "method: lwm    # least weight magnitude; or hydra, harp, erk, lamp, random"),
            ("prune", string.Create(CultureInfo.InvariantCulture, $"sparsity: {wish.Sparsity}    # the share of the weights that goes; 0 keeps all")),
            .. Epochs(wish),
            .. wish.Epsilon is { } epsilon ? Radius(epsilon) : [],
            .. wish.Size == Quick && wish.Data != "shapes10" ? [("evaluate", "samples: 200    # test images attacked; null takes all")] : Array.Empty<(string, string)>(),
        ];
    }

    private static IEnumerable<string> Images(ExperimentWish wish, ExperimentSettings preset)
    {
        if (SettingName.Of(preset.Data.Name.ToString()) != wish.Data)
        {
            yield return $"name: {wish.Data}";
        }

        if (wish.Data != "shapes10" && (wish.Directory ?? $"data/{wish.Data}") is var directory && directory != preset.Data.Directory)
        {
            // As JSON, which YAML reads as it is, whatever is in the name.
            yield return $"directory: {JsonSerializer.Serialize(directory)}";
        }

        if (wish.Size == Quick && wish.Data is not ("shapes10" or "folder"))
        {
            yield return "train_count: 5000    # of all training images; null takes all";
            yield return "validation_count: 500    # held out of them, to choose the best epoch on";
        }

        if (wish.Data == "folder")
        {
            yield return "validation_count: 100    # held out of the training images, to choose the best epoch on";
        }

        if (wish.Data == "shapes10" && wish.Size == Small)
        {
            yield return "train_count: 20000    # images are drawn: as many as you like";
        }

        if (wish.Data == "svhn" && wish.Size != Paper)
        {
            yield return "augmentation: { flip: false }    # a digit in a mirror is none";
        }
    }

    private static IEnumerable<(string Section, string Text)> Epochs(ExperimentWish wish) => (wish.Data == "shapes10", wish.Size) switch
    {
        (false, Quick) => [("pretrain", "epochs: 2"), ("finetune_ann", "epochs: 1"), ("finetune_snn", "epochs: 1")],
        (true, Small) => [("pretrain", "epochs: 20"), ("finetune_ann", "epochs: 8"), ("finetune_snn", "epochs: 8")],
        _ => [],
    };

    /// <summary>The first step of a spiking network's adversary goes half the way at random (METHODS 7).</summary>
    private static IEnumerable<(string Section, string Text)> Radius(PixelFraction epsilon)
    {
        string[] parts = epsilon.ToString().Split('/');
        var half = string.Create(CultureInfo.InvariantCulture, $"{double.Parse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture) / 2:0.##########}");
        var step = parts.Length == 2 ? $"{half}/{parts[1]}" : half;
        return
        [
            ("pretrain", $"epsilon: {epsilon}    # of the adversary, in pixel units from 0 to 1; a large one trains slowly, or not at all"),
            ("finetune_ann", $"epsilon: {epsilon}"),
            ("finetune_snn", $"epsilon: {epsilon}"),
            ("finetune_snn", $"random_step: {step}    # of it, at random, before the adversary's step"),
            ("evaluate", $"epsilon: {epsilon}"),
        ];
    }
}
