using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>What <c>rsnn quantise</c> wrote, as commands take it that take a network in floats, too.</summary>
internal static class QuantisedCheckpoint
{
    public const string Gradients = "--gradients";

    /// <summary>The network in integers of a file; null where the file is of one in floats, or somebody else's.</summary>
    /// <param name="timesteps">As asked for; null for the file's.</param>
    /// <exception cref="BadInputException">The file cannot be read, or another T is asked for than its sums are proved for.</exception>
    public static LoadedQuantised? TryLoad(string path, int? timesteps)
    {
        if (!QuantisedFile.Is(path))
        {
            return null;
        }

        LoadedQuantised loaded = QuantisedFile.Load(path);
        return timesteps is null || timesteps == loaded.Network.Timesteps
            ? loaded
            : throw new BadInputException(
                $"--timesteps: expected {loaded.Network.Timesteps}, for which the sums of {path} are proved to fit, found {timesteps}. Quantise for another T");
    }

    /// <summary>Refuses a checkpoint that is not the one that a network in integers was made from.</summary>
    /// <param name="gradients">The checkpoint; null where none was given.</param>
    /// <exception cref="BadInputException">It is not, or there is none.</exception>
    public static void RequireOrigin(string path, LoadedQuantised quantised, string? gradients)
    {
        if (gradients is null)
        {
            throw new BadInputException(
                $"{path}: expected with {Gradients} CHECKPOINT, the network in floats that it was made from and whose gradients attacks follow, found no {Gradients}");
        }

        string found = $"sha256:{LedgerHeader.DigestOf(gradients)}";
        if (found != quantised.MadeFrom)
        {
            throw new BadInputException(
                $"{Gradients}: {path} was made from another network than {gradients}: expected {quantised.MadeFrom}, found {found}. "
                + "Give the checkpoint that it was made from, or quantise this one");
        }
    }
}
