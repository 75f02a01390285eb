using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>Which folders are looked at, and in which order, on machines that are folders of the test.</summary>
public sealed class LibraryPlacesTests
{
    private FolderMachine machine = null!;

    [SetUp]
    public void SetUp() => machine = new FolderMachine();

    [TearDown]
    public void TearDown() => machine.Dispose();

    [Test]
    public void An_empty_machine_has_its_loader_only() => Assert.That(Places(), Is.EqualTo(new[] { "the loader" }));

    [Test]
    public void Folders_come_in_their_order()
    {
        machine.Variables["RSNN_CUDA_LIBRARIES"] = $"{machine.Path}/mine{Path.PathSeparator}{machine.Path}/his"; // looked at although they are not there
        machine.Variables["CUDA_PATH"] = machine.Folder("chosen");
        machine.Variables["VIRTUAL_ENV"] = machine.Folder("environment");
        machine.Variables["CONDA_PREFIX"] = machine.Folder("conda");
        foreach (var folder in new[]
        {
            "chosen/lib64", "usr/local/cuda-9.2/lib64", "usr/local/cuda-12.10/lib64", "usr/local/cuda-12.4/lib64", "usr/local/cuda/lib64", "usr/local/cuda-13.0/lib64",
            "conda/lib/python3.12/site-packages/nvidia/cublas/lib", "environment/lib/python3.11/site-packages/nvidia/cublas/lib",
            "environment/lib/python3.11/site-packages/nvidia/cu13/lib", "home/.local/lib/python3.9/site-packages/nvidia/cusparse/lib",
            "home/.local/lib/python3.13/site-packages/nvidia/cusparse/lib", "usr/local/lib/python3.11/dist-packages/nvidia/cublas/lib",
        })
        {
            machine.Folder(folder);
        }

        Assert.That(Places(), Is.EqualTo(new[]
        {
            "mine", "his", "the loader", "chosen/lib64", "usr/local/cuda/lib64", "usr/local/cuda-13.0/lib64 (13)", "usr/local/cuda-12.10/lib64 (12)",
            "usr/local/cuda-12.4/lib64 (12)", "usr/local/cuda-9.2/lib64 (9)", "conda/lib", "environment/lib/python3.11/site-packages/nvidia/cu13/lib (13)",
            "environment/lib/python3.11/site-packages/nvidia/cublas/lib", "conda/lib/python3.12/site-packages/nvidia/cublas/lib",
            "home/.local/lib/python3.13/site-packages/nvidia/cusparse/lib", "home/.local/lib/python3.9/site-packages/nvidia/cusparse/lib",
            "usr/local/lib/python3.11/dist-packages/nvidia/cublas/lib",
        }));
    }

    [Test]
    public void A_link_is_of_the_version_that_it_leads_to()
    {
        machine.Folder("usr/local/cuda-13.0/lib64");
        Directory.CreateSymbolicLink(Path.Combine(machine.Folder("etc/alternatives"), "cuda"), Path.Combine(machine.Path, "usr/local/cuda-13.0"));
        Directory.CreateSymbolicLink(Path.Combine(machine.Path, "usr/local/cuda"), Path.Combine(machine.Path, "etc/alternatives/cuda"));
        Assert.That(Places(), Is.EqualTo(new[] { "the loader", "usr/local/cuda/lib64 (13)", "usr/local/cuda-13.0/lib64 (13)" }));
    }

    [Test]
    public void A_folder_that_somebody_named_is_looked_at_though_it_is_not_there()
    {
        machine.Variables["CUDA_HOME"] = Path.Combine(machine.Path, "gone");
        Assert.That(Places(), Is.EqualTo(new[] { "the loader", "gone" }));
    }

    [Test]
    public void Windows_has_its_toolkits_and_the_drivers_folders()
    {
        machine.Variables["CUDA_PATH"] = machine.Folder("chosen");
        machine.Variables["ProgramFiles"] = machine.Folder("Programs");
        machine.Variables["SystemRoot"] = machine.Folder("Windows");
        foreach (var folder in new[]
        {
            "chosen/bin", "chosen/bin/x64", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v12.4/bin", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin/x64",
            "Windows/System32", "Programs/NVIDIA Corporation/NVSMI",
        })
        {
            machine.Folder(folder);
        }

        Assert.That(Places(windows: true), Is.EqualTo(new[]
        {
            "the loader", "chosen/bin/x64", "chosen/bin", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin/x64 (13)",
            "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin (13)", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v12.4/bin (12)", "Windows/System32",
            "Programs/NVIDIA Corporation/NVSMI",
        }));
    }

    [TestCase("1", "house/program/emulator house/native/emulator/build")]
    [TestCase("elsewhere", "elsewhere")]
    public void Where_the_emulator_is_asked_for_nothing_else_is_looked_at(string value, string expected)
    {
        machine.Variables["RSNN_CUDA_EMULATOR"] = value == "1" ? value : Path.Combine(machine.Path, value);
        machine.Variables["RSNN_CUDA_LIBRARIES"] = machine.Folder("mine");
        machine.Variables["CUDA_PATH"] = machine.Folder("chosen");
        machine.Folder("chosen/lib64");
        machine.Folder("house/program/emulator");
        machine.Folder("house/native/emulator/build");
        Assert.That(Places(), Is.EqualTo(expected.Split(' ')));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0")]
    public void Where_it_is_not_asked_for_the_emulator_is_not_looked_at(string? value)
    {
        if (value is not null)
        {
            machine.Variables["RSNN_CUDA_EMULATOR"] = value;
        }

        machine.Folder("house/program/emulator");
        machine.Folder("house/native/emulator/build");
        Assert.That(Places(), Is.EqualTo(new[] { "the loader" }));
    }

    private string[] Places(bool windows = false) => [.. new LibraryPlaces(machine.Searched(windows)).All().Select(Name)];

    private string Name(LibraryPlace place) => place.Folder is { } folder
        ? Path.GetRelativePath(machine.Path, folder).Replace('\\', '/') + (place.Major is { } major ? $" ({major})" : "")
        : "the loader";
}
