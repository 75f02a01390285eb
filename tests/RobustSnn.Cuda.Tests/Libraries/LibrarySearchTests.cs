using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>What is found, and what is said where nothing is, on machines that are folders of the test.</summary>
public sealed class LibrarySearchTests
{
    private TemporaryFolder machine = null!;
    private Dictionary<string, string> variables = null!;

    [SetUp]
    public void SetUp() => (machine, variables) = (new TemporaryFolder(), []);

    [TearDown]
    public void TearDown() => machine.Dispose();

    [Test]
    public void What_cannot_be_loaded_is_passed_over_and_said()
    {
        var broken = machine.File("mine/libcusparse.so.12");
        var good = machine.File("usr/local/cuda-12.4/lib64/libcusparse.so.12", LoadableFile.Content());
        variables["RSNN_CUDA_LIBRARIES"] = Path.GetDirectoryName(broken)!;
        var search = Search(CudaLibrary.Sparse);
        Assert.That(search.Path, Is.EqualTo(good));
        Assert.That(NativeLibrary.TryGetExport(search.Handle, "cos", out _), Is.True);
        Assert.That(search.Tried, Has.Some.StartsWith($"{broken}: ").And.Some.StartsWith("libcusparse.so.12: "));
    }

    [Test]
    public void The_users_folders_come_before_the_toolkit()
    {
        var content = LoadableFile.Content();
        machine.File("usr/local/cuda/lib64/libcublas.so.13", content);
        var mine = machine.File("mine/libcublas.so.12", content);
        variables["RSNN_CUDA_LIBRARIES"] = Path.GetDirectoryName(mine)!;
        Assert.That(Search(CudaLibrary.Blas).Path, Is.EqualTo(mine));
    }

    [Test]
    public void In_a_folder_the_newest_comes_first()
    {
        var content = LoadableFile.Content();
        machine.File("usr/local/cuda/lib64/libcublas.so", content);
        machine.File("usr/local/cuda/lib64/libcublas.so.12", content);
        var newest = machine.File("usr/local/cuda/lib64/libcublas.so.13", content);
        Assert.That(Search(CudaLibrary.Blas).Path, Is.EqualTo(newest));
    }

    [Test]
    public void What_is_newer_than_the_driver_is_passed_over_and_said()
    {
        var content = LoadableFile.Content();
        var newer = machine.File("usr/local/cuda-13.0/lib64/libcusparse.so.12", content);
        var older = machine.File("usr/local/cuda-12.4/lib64/libcusparse.so.12", content);
        var search = Search(CudaLibrary.Sparse, new Version(12, 6));
        Assert.That(search.Path, Is.EqualTo(older));
        Assert.That(search.Tried, Has.Some.EqualTo($"{newer} is of CUDA 13, the driver of CUDA 12.6"));
    }

    [Test]
    public void A_library_that_another_folder_completes_is_loaded()
    {
        using var compiler = new CCompiler(machine);
        var needed = compiler.Library("usr/local/cuda/lib64/libnvJitLink.so.12", "int linked(void) { return 12; }", "-Wl,-soname,libnvJitLink.so.12");
        var library = compiler.Library("usr/lib/python3/dist-packages/nvidia/cusparse/lib/libcusparse.so.12", "int linked(void); int both(void) { return linked(); }", needed);
        var search = Search(CudaLibrary.Sparse);
        Assert.That(search.Path, Is.EqualTo(library), string.Join('\n', search.Tried));
    }

    [Test]
    public void The_message_says_what_was_tried_and_what_to_do()
    {
        var broken = machine.File("usr/local/cuda/lib64/libcublas.so.12");
        var empty = machine.Folder("usr/local/cuda/lib");
        var message = LibraryMessage.Missing(CudaLibrary.Blas, Search(CudaLibrary.Blas), emulated: false);
        TestContext.Out.WriteLine(message);
        Assert.That(message, Does.StartWith("cuBLAS of CUDA 12 or 13 (libcublas) was not found. Tried: "));
        Assert.That(message, Does.Contain("libcublas.so.13: cannot open shared object file").And.Contain($"{broken}: file too short").And.Contain($"nothing in {empty}"));
        Assert.That(message, Does.EndWith("or name the folder that has the library in RSNN_CUDA_LIBRARIES."));
    }

    [Test]
    public void The_message_without_the_emulator_says_how_to_get_it()
    {
        variables["RSNN_CUDA_EMULATOR"] = machine.Folder("emulator");
        var message = LibraryMessage.Missing(CudaLibrary.Driver, Search(CudaLibrary.Driver), emulated: true);
        Assert.That(message, Is.EqualTo($"NVIDIA's driver (libcuda.so.1; nvcuda.dll on Windows) was not found. Tried: nothing in {machine.Path}/emulator. "
            + "RSNN_CUDA_EMULATOR is set, so only the emulator was looked for: build it with ./build.sh Emulator, set the variable to the folder that has it, or unset it."));
    }

    [Test]
    public void The_emulator_is_found_where_it_is_asked_for()
    {
        var content = LoadableFile.Content();
        var emulator = machine.File("house/native/emulator/build/libcublas.so.12", content);
        machine.File("house/native/emulator/build/libcublas.so.13", content);
        variables["RSNN_CUDA_EMULATOR"] = "1";
        Assert.That(Search(CudaLibrary.Blas).Path, Is.EqualTo(emulator));
    }

    private LibrarySearch Search(CudaLibrary library, Version? driver = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("names and messages are those of Linux");
        }

        var searched = new SearchedMachine(false, machine.Path, Path.Combine(machine.Path, "house", "program"), Path.Combine(machine.Path, "home"), variables.GetValueOrDefault);
        return new LibrarySearch(searched, library, driver);
    }
}
