using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Traces;

/// <summary>A JPEG or PNG file as what a network reads.</summary>
public static class PictureFile
{
    /// <summary>Pixels (channel, row, column) in [0, 1].</summary>
    /// <exception cref="BadInputException">It cannot be read, is damaged, or has another size than the network's images.</exception>
    public static float[] Read(string path, Network network)
    {
        if (network.Input.Channels != 3)
        {
            throw new BadInputException($"{path}: {network.Architecture} reads images of {network.Input.Channels} channels, a picture has 3; give an image's number in the data set");
        }

        var planes = new byte[network.Input.Count];
        using var decoder = new ImageDecoder();
        decoder.Read(path, network.Input, "the network's images have", planes);
        return Array.ConvertAll(planes, value => value / 255f);
    }
}
