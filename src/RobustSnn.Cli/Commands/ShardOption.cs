using System.CommandLine;
using RobustSnn.Experiments.Shards;

namespace RobustSnn.Cli.Commands;

/// <summary><c>--shard</c>: a part of a command's work, done wherever that is.</summary>
internal static class ShardOption
{
    public static Option<string?> Create(string description) => new("--shard")
    {
        Description = $"{description} 3/16 is the third of sixteen; auto, or auto/16, the part that a Slurm array, a Job of Kubernetes, mpirun or srun gave this process.",
        HelpName = "K/N",
    };

    /// <exception cref="Model.BadInputException">There is no such part.</exception>
    public static Shard? Read(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } text ? Shard.Parse(text, Environment.GetEnvironmentVariable) : null;
}
