using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>An image of which nobody says what it shows.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Pixels">(channel, row, column) in [0,1].</param>
public sealed record UnlabelledImage(string File, float[] Pixels);

/// <summary>The images directly in a folder, without classes. They are decoded one after the other as they are asked for.</summary>
public sealed class UnlabelledImages(string folder)
{
    /// <summary>The images in the ordinal order of their names.</summary>
    /// <param name="shape">That every image must have.</param>
    /// <exception cref="BadInputException">
    /// There is no such folder or no image in it, or an image is damaged, of another size or of a format that is not read.
    /// </exception>
    public IEnumerable<UnlabelledImage> Read(Shape shape)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"{folder}: expected a folder of JPEG or PNG images, found {(File.Exists(folder) ? "a file" : "nothing")}");
        }

        string[] names = ImageFiles.List(folder, new SkippedEntries(), CancellationToken.None);
        if (names.Length == 0)
        {
            throw new BadInputException($"{folder}: expected JPEG or PNG images directly in it, found none");
        }

        using var decoder = new ImageDecoder();
        var planes = new byte[shape.Count];
        foreach (string name in names)
        {
            decoder.Read(Path.Combine(folder, name), shape, "the network has it", planes);
            yield return new UnlabelledImage(name, Array.ConvertAll(planes, value => value / 255f));
        }
    }
}
