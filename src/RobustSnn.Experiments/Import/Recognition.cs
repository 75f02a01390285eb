using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>An architecture whose names and shapes are a file's.</summary>
internal sealed record Recognised(ForeignArchitecture Architecture, Network Network);

/// <summary>Finds the architecture that a file's tensors are of.</summary>
internal static class Recognition
{
    private const int MostShown = 3;

    /// <param name="path">The file, for messages.</param>
    /// <param name="name">The architecture that it must be; null for any.</param>
    /// <param name="frame">What an architecture's network is built with beside its tensors.</param>
    /// <exception cref="BadInputException">No architecture fits, more than one does, or not that of the name.</exception>
    public static Recognised Find(string path, StoredTensors tensors, string? name, Func<ForeignArchitecture, ForeignFrame> frame)
    {
        if (name is not null)
        {
            ForeignArchitecture named = Named(name);
            Attempt asked = Try(named, tensors, frame(named));
            return asked.Found ?? throw new BadInputException(
                asked.FitsByNames ? $"{path}: {name} {asked.Misfit}" : $"{path}: expected {name}, found another network: {asked.Misfit}");
        }

        Attempt[] attempts = [.. ForeignArchitectures.All.Select(each => Try(each, tensors, frame(each)))];
        Recognised[] found = [.. attempts.Select(attempt => attempt.Found).OfType<Recognised>()];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new BadInputException(
                $"{path}: expected a network of a known architecture, found none that has its {tensors.All.Count} tensors. {Nearest(attempts)}"
                + $"Known are {string.Join(", ", ForeignArchitectures.Names)}; --as NAME says what does not fit one of them"),
            _ => throw new BadInputException(
                $"{path}: expected one architecture, found {found.Length} that have its names and shapes: "
                + string.Join("; ", found.Select(each => $"{each.Architecture.Name}: {each.Architecture.Whose}"))
                + ". Say by --as which one computes as the network does"),
        };
    }

    /// <summary>Those that fit by their names; else a few that have some of them.</summary>
    private static string Nearest(Attempt[] attempts)
    {
        Attempt[] near = [.. attempts.Where(attempt => attempt.FitsByNames)];
        if (near.Length == 0)
        {
            near = [.. attempts.Where(attempt => attempt.Fitting > 0).OrderByDescending(attempt => attempt.Fitting).Take(MostShown)];
        }

        return near.Length == 0 ? "" : $"The nearest: {string.Join("; ", near.Select(attempt => $"{attempt.Architecture.Name}: {attempt.Misfit}"))}. ";
    }

    private static ForeignArchitecture Named(string name) =>
        ForeignArchitectures.All.FirstOrDefault(each => each.Name == name) ?? throw new BadInputException(
            $"--as: there is no architecture '{name}'; known are {string.Join(", ", ForeignArchitectures.Names)}"
            + NearestName.Hint(name, ForeignArchitectures.Names));

    /// <summary>Names do not depend on the size of images: where the one that the user says does not go, they are looked at without it.</summary>
    private static Attempt Try(ForeignArchitecture architecture, StoredTensors tensors, ForeignFrame frame)
    {
        Attempt attempt = Build(architecture, tensors, frame);
        if (attempt.Found is not null || frame.Size is not { } size)
        {
            return attempt;
        }

        Attempt usual = Build(architecture, tensors, frame with { Size = null });
        return usual.Found is null
            ? usual.Fitting > attempt.Fitting ? usual : attempt
            : usual with { Found = null, Misfit = $"fits by its names, but not with --size {size}: {attempt.Misfit}", FitsByNames = true };
    }

    private static Attempt Build(ForeignArchitecture architecture, StoredTensors tensors, ForeignFrame frame)
    {
        StoredTensors asked = tensors.Anew();
        try
        {
            return Compare(architecture, architecture.Read(asked, frame), tensors);
        }
        catch (Exception misfit) when (misfit is MisfitException or BadInputException)
        {
            // Some readers end before they have asked for much: what they found counts as a name and a shape do below.
            return new Attempt(architecture, null, misfit.Message.TrimEnd('.'), 2 * asked.Met);
        }
    }

    private static Attempt Compare(ForeignArchitecture architecture, Network network, StoredTensors tensors)
    {
        var stored = tensors.All.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        string? misfit = null;
        var fitting = 0;
        foreach (Parameter parameter in RobustSnn.Model.Parameters.ofNetwork(network))
        {
            string expected = $"[{string.Join(", ", parameter.Dimensions)}]";
            if (!stored.Remove(parameter.Name, out Files.HostTensor? tensor))
            {
                misfit ??= $"'{parameter.Name}' {expected} is not there";
            }
            else if (!tensor.Dimensions.SequenceEqual(parameter.Dimensions))
            {
                fitting++;

                // How many inputs a linear layer has may depend on the size of images.
                string images = parameter.Dimensions.Length == 2 ? $" for images of {network.Input}" : "";
                misfit ??= $"'{parameter.Name}' expected {expected}{images}, found [{string.Join(", ", tensor.Dimensions)}]";
            }
            else
            {
                fitting += 2;
            }
        }

        misfit ??= stored.Keys.FirstOrDefault(name => architecture.Unused(name) is null) is { } stranger ? $"it has no '{stranger}'" : null;
        return new Attempt(architecture, misfit is null ? new Recognised(architecture, network) : null, misfit, fitting);
    }

    /// <param name="Misfit">The first thing that is otherwise; null where nothing is.</param>
    /// <param name="Fitting">Tensors of the architecture's names, and once more those that have its shapes, too.</param>
    /// <param name="FitsByNames">Whether it would fit with images of another size; the misfit says so.</param>
    private sealed record Attempt(ForeignArchitecture Architecture, Recognised? Found, string? Misfit, int Fitting, bool FitsByNames = false);
}
