using System.Reflection;
using RobustSnn.Model;
using RobustSnn.Ranks.Mpi;

namespace RobustSnn.Ranks;

/// <summary>Opens a process's place among the processes of its run.</summary>
public static class Processes
{
    private const string Program = "the version of the program";

    /// <summary>A rank that is not heard of for so long counts as lost.</summary>
    public static TimeSpan Silence { get; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// As the launcher of an MPI says that has started this process; <see cref="SingleProcess"/>, and no MPI is loaded, where it was started alone. To be called
    /// once in a process.
    /// </summary>
    /// <param name="settings">What has to be the same on all ranks, by name.</param>
    /// <exception cref="BadInputException">There is no MPI, it does not go with the launcher, or settings or programs differ: then on all ranks.</exception>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    public static IRanks Open(IReadOnlyDictionary<string, string> settings) => Open(settings, Silence, Version);

    /// <summary>What would carry messages here, without starting it: "Open MPI 4.1.4 (libmpi.so.40)", or why there is nothing.</summary>
    public static string Describe()
    {
        try
        {
            var library = MpiLibrary.Load(Launcher.Find(Environment.GetEnvironmentVariable), NamedLibrary);
            return $"{library.Name} ({library.File})";
        }
        catch (BadInputException exception)
        {
            return exception.Message;
        }
    }

    internal static string Version { get; } =
        typeof(Processes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static string? NamedLibrary => Environment.GetEnvironmentVariable(MpiLibrary.Variable);

    internal static IRanks Open(IReadOnlyDictionary<string, string> settings, TimeSpan silence, string version)
    {
        if (Launcher.Find(Environment.GetEnvironmentVariable) is not { } launcher)
        {
            return new SingleProcess();
        }

        var library = MpiLibrary.Load(launcher, NamedLibrary);
        var ranks = new ManyProcesses(() => new MpiTransport(library, launcher), silence);
        ranks.Introduce(new Introduction(Environment.MachineName, Environment.ProcessId, [KeyValuePair.Create(Program, version), .. settings]));
        return ranks;
    }
}
