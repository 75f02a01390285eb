using System.Globalization;

namespace RobustSnn.Ranks.Mpi;

/// <summary>What has started this process as one of several, as the environment says it.</summary>
/// <param name="Name">"mpirun of Open MPI (OMPI_COMM_WORLD_SIZE=4)".</param>
/// <param name="Family">Whose library it goes with; null where it goes with any.</param>
/// <param name="Count">How many processes it has started; null where it does not say.</param>
internal sealed record Launcher(string Name, MpiFamily? Family, int? Count)
{
    private const string OpenMpi = "OMPI_COMM_WORLD_SIZE";
    private const string Pmi = "PMI_SIZE";
    private const string Pmix = "PMIX_RANK";
    private const string Slurm = "SLURM_STEP_NUM_TASKS";

    /// <summary>Null where the process was started alone.</summary>
    /// <param name="environment">A variable's value; null where it is not set.</param>
    public static Launcher? Find(Func<string, string?> environment)
    {
        if (environment(OpenMpi) is { } openMpi)
        {
            return new Launcher($"mpirun of Open MPI ({OpenMpi}={openMpi})", MpiFamily.OpenMpi, Number(openMpi));
        }

        if (environment(Pmi) is { } pmi && environment("PMI_RANK") is not null)
        {
            return new Launcher($"a launcher of MPICH and its kin ({Pmi}={pmi})", MpiFamily.Mpich, Number(pmi));
        }

        return environment(Pmix) is { } rank
            ? new Launcher($"a launcher with PMIx ({Pmix}={rank}{(environment(Slurm) is { } tasks ? $", {Slurm}={tasks}" : "")})", null, Number(environment(Slurm)))
            : null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
