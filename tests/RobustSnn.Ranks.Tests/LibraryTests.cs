using RobustSnn.Model;
using RobustSnn.Ranks.Mpi;

namespace RobustSnn.Ranks.Tests;

/// <summary>Which library goes with which launcher, and what is said where none does.</summary>
public sealed class LibraryTests
{
    [Test]
    public void Without_a_launcher_there_is_one_process() => Assert.That(Launcher.Find(_ => null), Is.Null);

    [TestCase("OMPI_COMM_WORLD_SIZE=4", "OpenMpi", 4)]
    [TestCase("PMI_SIZE=3 PMI_RANK=0", "Mpich", 3)]
    [TestCase("PMIX_RANK=0 SLURM_STEP_NUM_TASKS=8", null, 8)]
    [TestCase("PMIX_RANK=0", null, null)]
    [TestCase("OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=1", "OpenMpi", 4)]
    public void A_launcher_is_known_by_what_it_sets(string variables, string? family, int? count)
    {
        var environment = variables.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var launcher = Launcher.Find(name => environment.GetValueOrDefault(name));
        Assert.That((launcher!.Family?.ToString(), launcher.Count), Is.EqualTo((family, count)));
    }

    [Test]
    public void Part_of_what_a_launcher_sets_is_none() => Assert.That(Launcher.Find(name => name == "PMI_SIZE" ? "3" : null), Is.Null);

    [Test]
    public void A_file_that_is_no_library_is_refused()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.That(() => MpiLibrary.Load(null, file), Throws.TypeOf<BadInputException>().With.Message.Contains("RSNN_MPI").And.Message.Contains(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test, Platform("Linux")]
    public void A_library_that_is_no_mpi_is_refused() =>
        Assert.That(() => MpiLibrary.Load(null, "libc.so.6"), Throws.TypeOf<BadInputException>().With.Message.Contains("found one without MPI_Get_library_version"));

    [TestCase(MpiRun.OpenMpi, "Open MPI")]
    [TestCase(MpiRun.Mpich, "MPICH")]
    public void The_library_of_the_launcher_is_taken(string launcher, string name)
    {
        MpiRun.Require(launcher);
        var library = MpiLibrary.Load(new Launcher("", launcher == MpiRun.OpenMpi ? MpiFamily.OpenMpi : MpiFamily.Mpich, 2), null);
        Assert.That(library.Name, Does.StartWith($"{name} "));
        Assert.That(library.Family, Is.EqualTo(launcher == MpiRun.OpenMpi ? MpiFamily.OpenMpi : MpiFamily.Mpich));
    }

    [Test]
    public void What_is_there_is_described_without_being_started()
    {
        MpiRun.Require(MpiRun.OpenMpi);
        Assert.That(Processes.Describe(), Does.Match(@"^(Open MPI|MPICH) \d+\.\d+.* \(lib.*\)$"));
    }

    /// <summary>Started by one, with the library of the other, each process takes itself for the only one.</summary>
    [Test, Platform("Linux")]
    public void A_library_of_another_launcher_is_refused()
    {
        MpiRun.Require(MpiRun.Mpich);
        using var run = new MpiRun(MpiRun.OpenMpi, 2, ["checks"], ("RSNN_MPI", "libmpich.so.12"));
        var outcome = run.End();
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Error);
        Assert.That(outcome.Error, Does.Match(@"mpirun of Open MPI \(OMPI_COMM_WORLD_SIZE=2\) has started 2 processes, but MPICH .* \(libmpich.so.12\) knows of 1"));
    }
}
