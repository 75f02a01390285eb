using System.Text;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>A file that lists a data set's class names beside its images, one a line.</summary>
internal static class ClassNamesFile
{
    /// <summary>Labels mean these names in this order: a file that says otherwise belongs to other images. None at all is fine.</summary>
    /// <exception cref="BadInputException">The file is unreadable, or lists other names.</exception>
    public static void RequireSame(string path, string title, IReadOnlyList<string> expected)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var text = Encoding.UTF8.GetString(UserFile.ReadAllBytes(path, $"{title}'s class names"));
        var names = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length != expected.Count)
        {
            throw new BadInputException(
                $"{path}: expected {expected.Count} class names, one a line, found {names.Length}. Correct the file or remove it.");
        }

        if (Enumerable.Range(0, names.Length).FirstOrDefault(i => names[i] != expected[i], -1) is var other and >= 0)
        {
            throw new BadInputException(
                $"{path}: expected {title}'s classes {string.Join(", ", expected.Take(10))}{(expected.Count > 10 ? ", …" : "")}, found "
                + $"\"{names[other]}\" in place of \"{expected[other]}\". Correct the file, or remove it if the images are {title}'s.");
        }
    }
}
