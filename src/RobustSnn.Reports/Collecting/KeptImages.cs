using System.Text.Json;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Reports.Collecting;

/// <summary>Images that broke a network, as the evaluation kept them.</summary>
/// <param name="Shape">Of an image: 1 channel or 3.</param>
/// <param name="Images">In the order of the test set.</param>
internal sealed record KeptImages(string Network, Shape Shape, IReadOnlyList<KeptImage> Images)
{
    // More than any report shows: a larger file is none of an evaluation's.
    private const int Most = 64;

    /// <exception cref="BadInputException">The file is none of kept images.</exception>
    public static KeptImages Read(string network, string path)
    {
        var file = Safetensors.Read(path);
        var (clean, adversarial, labels, predictions) = (file["clean"], file["adversarial"], file["label"].ToLongs(), file["prediction"].ToLongs());
        if (clean.Dimensions is not [> 0 and <= Most, 1 or 3, > 0, > 0] || !adversarial.Dimensions.SequenceEqual(clean.Dimensions)
            || labels.Length != clean.Dimensions[0] || predictions.Length != labels.Length)
        {
            throw new BadInputException($"{path}: expected up to {Most} images of 1 or 3 channels, clean and adversarial, with a label and a prediction each, found "
                + $"[{string.Join(", ", clean.Dimensions)}], [{string.Join(", ", adversarial.Dimensions)}], {labels.Length} and {predictions.Length}. Remove the file");
        }

        float[] before = clean.ToFloats(), after = adversarial.ToFloats();
        if (before.Concat(after).Any(value => value is not (>= 0 and <= 1)))
        {
            throw new BadInputException($"{path}: expected pixels from 0 to 1, found others. Remove the file");
        }

        var shape = new Shape(clean.Dimensions[1], clean.Dimensions[2], clean.Dimensions[3]);
        var members = Text(file, "members").Split('\n');
        var samples = Text(file, "samples").Split(',');
        var names = Names(file);
        if (members.Length != labels.Length || samples.Length != labels.Length)
        {
            throw new BadInputException($"{path}: expected a member and a sample for each of {labels.Length} images, found {members.Length} and {samples.Length}. Remove the file");
        }

        return new KeptImages(network, shape,
        [
            .. labels.Select((label, i) => new KeptImage(
                samples[i], NameOf(names, label), NameOf(names, predictions[i]), members[i], before[(i * shape.Count)..((i + 1) * shape.Count)],
                after[(i * shape.Count)..((i + 1) * shape.Count)])),
        ]);
    }

    private static string Text(TensorFile file, string key) => file.Metadata.TryGetValue(key, out var text)
        ? text
        : throw new BadInputException($"{file.FilePath}: expected {key} beside the tensors, found none. Remove the file");

    private static string[] Names(TensorFile file)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(Text(file, "class_names")) ?? [];
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"{file.FilePath}: class_names: expected a list of names, found another text: {exception.Message}", exception);
        }
    }

    private static string NameOf(string[] names, long label) => label >= 0 && label < names.Length ? names[label] : $"class {label}";
}

/// <summary>A sample with the image that broke it.</summary>
/// <param name="Sample">Its number in the test set.</param>
/// <param name="Member">Attack, estimator and ball.</param>
/// <param name="Clean">(channel, row, column) in [0,1].</param>
/// <param name="Adversarial">The same of the adversarial image.</param>
internal sealed record KeptImage(string Sample, string TrueClass, string FoundClass, string Member, float[] Clean, float[] Adversarial);
