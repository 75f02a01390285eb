using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>
/// What is found, and what is said where nothing is, on machines that are folders of the test. The system's loader knows a library by name that
/// the process has loaded already: so these tests run where others have loaded none.
/// </summary>
[Category(CudaDevices.Without)]
public sealed class LibrarySearchTests
{
    private FolderMachine machine = null!;

    [SetUp]
    public void SetUp()
    {
        CudaDevices.RequireNone();
        machine = new FolderMachine();
    }

    [TearDown]
    public void TearDown() => machine?.Dispose();

    [Test]
    public void What_cannot_be_loaded_is_passed_over_and_said()
    {
        var broken = machine.File("mine/libcusparse.so.12");
        var good = machine.File("usr/local/cuda-12.4/lib64/libcusparse.so.12", LoadableFile.Content());
        machine.Variables["RSNN_CUDA_LIBRARIES"] = Path.GetDirectoryName(broken)!;
        var search = Search(NvidiaLibrary.Sparse);
        Assert.That(search.Path, Is.EqualTo(good));
        Assert.That(NativeLibrary.TryGetExport(search.Handle, "cos", out _), Is.True);
        Assert.That(search.Tried, Has.Some.StartsWith($"{broken}: ").And.Some.EqualTo("the system's loader knows no libcusparse.so.12, libcusparse.so"));
    }

    [Test]
    public void The_users_folders_come_before_the_toolkit()
    {
        var content = LoadableFile.Content();
        machine.File("usr/local/cuda/lib64/libcublas.so.13", content);
        var mine = machine.File("mine/libcublas.so.12", content);
        machine.Variables["RSNN_CUDA_LIBRARIES"] = Path.GetDirectoryName(mine)!;
        Assert.That(Search(NvidiaLibrary.Blas).Path, Is.EqualTo(mine));
    }

    [Test]
    public void In_a_folder_the_newest_comes_first()
    {
        var content = LoadableFile.Content();
        machine.File("usr/local/cuda/lib64/libcublas.so", content);
        machine.File("usr/local/cuda/lib64/libcublas.so.12", content);
        var newest = machine.File("usr/local/cuda/lib64/libcublas.so.13", content);
        Assert.That(Search(NvidiaLibrary.Blas).Path, Is.EqualTo(newest));
    }

    [Test]
    public void What_is_newer_than_the_driver_is_passed_over_and_said()
    {
        var content = LoadableFile.Content();
        var newer = machine.File("usr/local/cuda-13.0/lib64/libcusparse.so.12", content);
        var older = machine.File("usr/local/cuda-12.4/lib64/libcusparse.so.12", content);
        var search = Search(NvidiaLibrary.Sparse, new Version(12, 6));
        Assert.That(search.Path, Is.EqualTo(older));
        Assert.That(search.Tried, Has.Some.EqualTo($"{newer} is of CUDA 13, the driver of CUDA 12.6"));
    }

    [Test]
    public void A_library_that_another_folder_completes_is_loaded()
    {
        using var compiler = new CCompiler(machine.Files);
        var needed = compiler.Library("usr/local/cuda/lib64/libnvJitLink.so.12", "int linked(void) { return 12; }", "-Wl,-soname,libnvJitLink.so.12");
        var library = compiler.Library(
            "usr/lib/python3/dist-packages/nvidia/cusparse/lib/libcusparse.so.12", "int linked(void); int both(void) { return linked(); }", needed);
        var search = Search(NvidiaLibrary.Sparse);
        Assert.That(search.Path, Is.EqualTo(library), string.Join('\n', search.Tried));
    }

    [Test]
    public void The_message_says_what_was_tried_and_what_to_do()
    {
        var broken = machine.File("usr/local/cuda/lib64/libcublas.so.12");
        var empty = machine.Folder("usr/local/cuda/lib");
        var message = LibraryMessage.Missing(NvidiaLibrary.Blas, Search(NvidiaLibrary.Blas), emulated: false);
        Assert.That(message, Is.EqualTo("cuBLAS of CUDA 12 or 13 (libcublas) was not found. "
            + "Tried: the system's loader knows no libcublas.so.13, libcublas.so.12, libcublas.so; "
            + $"{broken}: file too short; nothing in {empty}. Install CUDA 12 or 13 (pip install nvidia-cublas-cu12 nvidia-cusparse-cu12 is enough), "
            + "or name the folder that has the library in RSNN_CUDA_LIBRARIES."));
    }

    [Test]
    public void The_message_without_the_emulator_says_how_to_get_it()
    {
        machine.Variables["RSNN_CUDA_EMULATOR"] = machine.Folder("emulator");
        var message = LibraryMessage.Missing(NvidiaLibrary.Driver, Search(NvidiaLibrary.Driver), emulated: true);
        Assert.That(message, Is.EqualTo($"NVIDIA's driver (libcuda.so.1; nvcuda.dll on Windows) was not found. Tried: nothing in {machine.Path}/emulator. "
            + "RSNN_CUDA_EMULATOR is set, so only the emulator was looked for: build it with ./build.sh Emulator, "
            + "set the variable to the folder that has it, or unset it."));
    }

    [Test]
    public void The_emulator_is_found_where_it_is_asked_for()
    {
        var content = LoadableFile.Content();
        var emulator = machine.File("house/native/emulator/build/libcublas.so.12", content);
        machine.File("house/native/emulator/build/libcublas.so.13", content);
        machine.Variables["RSNN_CUDA_EMULATOR"] = "1";
        Assert.That(Search(NvidiaLibrary.Blas).Path, Is.EqualTo(emulator));
    }

    private LibrarySearch Search(NvidiaLibrary library, Version? driver = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("names and messages are those of Linux");
        }

        return new LibrarySearch(machine.Searched(), library, driver);
    }
}
