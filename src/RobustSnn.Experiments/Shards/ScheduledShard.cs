using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Shards;

/// <summary>
/// Which part a scheduler gave this process, by the variables that it sets: of a Slurm array, an Indexed Job of Kubernetes, or the processes that mpirun
/// or srun start side by side.
/// </summary>
internal static class ScheduledShard
{
    private static readonly (string Name, string Rank, string Size)[] Launchers =
    [
        ("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        ("MPICH or its kin", "PMI_RANK", "PMI_SIZE"),
        ("srun", "SLURM_PROCID", "SLURM_NTASKS"),
    ];

    /// <param name="of">How many parts there are, where that was said; Kubernetes does not.</param>
    /// <exception cref="BadInputException">No scheduler says it, two say different things, or one says another number of parts.</exception>
    public static Shard Find(int? of, Func<string, string?> variable)
    {
        var found = new List<(string By, Shard Shard)>();
        if (variable("SLURM_ARRAY_TASK_ID") is not null)
        {
            found.Add(("the Slurm array", OfArray(variable)));
        }

        if (variable("JOB_COMPLETION_INDEX") is not null)
        {
            var index = Number("JOB_COMPLETION_INDEX", variable);
            var parts = of ?? throw new BadInputException(
                "--shard auto: expected auto/N: Kubernetes says by JOB_COMPLETION_INDEX which part this is, but not of how many. Give the completions of the Job");
            found.Add(("the Job of Kubernetes", new Shard(index + 1, parts)));
        }

        // One process is what a launcher says of each task of an array, too. PMI's variables are there under srun as well.
        foreach (var (name, rank, size) in Launchers)
        {
            if (variable(rank) is not null && variable(size) is not null && Number(size, variable) is > 1 and var count)
            {
                found.Add((name, new Shard(Number(rank, variable) + 1, count)));
            }
        }

        if (found.Count == 0)
        {
            throw new BadInputException("--shard auto: expected a part from a scheduler, found none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, "
                + $"{string.Join(", ", Launchers.Select(launcher => launcher.Rank))} with more than one process. Give the part, such as --shard 3/16");
        }

        var (by, shard) = found[0];
        if (found.Find(other => other.Shard != shard) is { By: not null } other)
        {
            throw new BadInputException(
                $"--shard auto: {by} says that this is part {shard}, {other.By} says {other.Shard}. Start one process a part, or give it, such as --shard 3/16");
        }

        return shard.Part >= 1 && shard.Part <= shard.Of && shard.Of == (of ?? shard.Of)
            ? shard
            : throw new BadInputException($"--shard auto/{of ?? shard.Of}: expected a part of {of ?? shard.Of}, {by} says {shard}");
    }

    /// <summary>Arrays need not begin at 0, and may leave out numbers in steps.</summary>
    private static Shard OfArray(Func<string, string?> variable)
    {
        var (id, least, most, count) = (Number("SLURM_ARRAY_TASK_ID", variable), Number("SLURM_ARRAY_TASK_MIN", variable),
            Number("SLURM_ARRAY_TASK_MAX", variable), Number("SLURM_ARRAY_TASK_COUNT", variable));
        var step = count > 1 ? (most - least) / (count - 1) : 0;
        if (count == 1)
        {
            // A task of an array that is submitted once more, alone, says so of itself, too: it would do the work of all.
            throw new BadInputException("--shard auto: expected an array of several tasks, found one. Give the part, such as --shard 3/16");
        }

        return count > 0 && least + step * (count - 1) == most && step > 0 && id >= least && id <= most && (id - least) % step == 0
            ? new Shard((id - least) / step + 1, count)
            : throw new BadInputException(
                $"--shard auto: expected an array of tasks in equal steps, such as --array=1-16, found task {id} of {count} from {least} to {most}. "
                + "Submit such an array, or give the part, such as --shard 3/16");
    }

    private static int Number(string name, Func<string, string?> variable) =>
        int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadInputException($"--shard auto: expected a whole number in the variable {name}, found '{variable(name)}'");
}
