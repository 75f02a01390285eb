using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// CIFAR as its Python version has it. Its files are pickles: programs, which make what they hold when they are run. They are recognised
/// by their names, to say what to get instead, and never opened.
/// </summary>
internal static class PickledCifar
{
    /// <summary>The name of the data set whose Python version a folder has, itself or one folder down; null where it has none.</summary>
    public static string? Find(string directory) =>
        Has(directory, "cifar-10-batches-py", "data_batch_1", "test_batch") ? DataSets.Cifar10Name
        : Has(directory, "cifar-100-python", "train", "test", "meta") ? DataSets.Cifar100Name
        : null;

    /// <summary>The refusal of a folder that has the Python version of a data set.</summary>
    public static BadInputException Refusal(string directory, string name) => new(
        $"{directory}: has the Python version of {name}, whose files are pickles: programs, which are not run here. Get the binary version: "
        + $"rsnn data fetch {name}, or {Downloads.ByName[name].Files[0].Source}");

    private static bool Has(string directory, string folder, params string[] files) =>
        new[] { directory, Path.Combine(directory, folder) }.Any(place => files.All(file => File.Exists(Path.Combine(place, file))));
}
