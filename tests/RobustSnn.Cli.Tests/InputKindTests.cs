using System.Diagnostics;
using System.Net.Sockets;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli.Tests;

/// <summary>What is no regular file, or has a name that is not UTF-8, is refused as such before anything of it is read.</summary>
[Platform("Linux")]
public sealed class InputKindTests
{
    private TemporaryFolder folder = null!;
    private Socket? socket;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder()
    {
        socket?.Dispose();

        // .NET cannot remove what it cannot name.
        using (Process emptied = Bash("rm -r -- \"$1\" && mkdir -- \"$1\"", folder[""]))
        {
            emptied.WaitForExit();
        }

        folder.Dispose();
    }

    [Test]
    public void A_file_of_another_kind_is_refused(
        [Values("inspect", "evaluate", "infer", "energy", "run", "conformance", "export")] string command,
        [Values("a character device", "a pipe", "a socket", "a link to a pipe")] string kind)
    {
        string path = Make(kind);
        AssertRefused([command, path, .. Rest(command)], $"rsnn: {path}: is {kind.Replace("a link to ", "", StringComparison.Ordinal)}; expected");
    }

    [Test]
    public void So_is_a_folder([Values("inspect", "evaluate", "infer", "energy", "run", "export")] string command)
    {
        string path = Make("a folder");
        AssertRefused([command, path, .. Rest(command)], $"rsnn: {path}: is a folder; expected");
    }

    [TestCase("a pipe")]
    [TestCase("a socket")]
    public void In_a_folder_of_golden_cases_too(string kind)
    {
        string path = Make(kind);
        AssertRefused(["conformance", folder[""]], $"{path}: is {kind}; expected");
    }

    [TestCase("a pipe")]
    [TestCase("a character device")]
    public void A_data_set_is_no_file_of_another_kind(string kind)
    {
        string path = Make(kind);
        AssertRefused(["data", "inspect", path], $"{path}: is {kind}. Expected");
    }

    [Test]
    public void A_file_without_a_name_is_refused() => AssertRefused(["inspect", ""], "expected the name of a file");

    [TestCase("inspect", "caf\\351.safetensors")]
    [TestCase("evaluate", "caf\\351.safetensors")]
    [TestCase("run", "\\377\\376.yaml")]
    [TestCase("conformance", "\\303.safetensors")]
    [TestCase("conformance", "\\303.pth")]
    public void A_name_that_is_not_UTF_8_is_said_to_be_so(string command, string name)
    {
        using Process made = Bash("cd \"$1\" && touch -- \"$(printf '%b' \"$2\")\" && exec dotnet \"$3\" \"$4\" \"$(printf '%b' \"$2\")\"", folder[""], name, Program, command);
        string error = made.StandardError.ReadToEnd();
        made.WaitForExit();
        Assert.That(error, Does.Contain("not UTF-8").And.Contain("rename"));
        Assert.That(made.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    [TestCase("conformance", "x\\351.safetensors")]
    [TestCase("conformance", "x\\351.pth")]
    [TestCase("data inspect", "train/a/x\\351.png")]
    [TestCase("data inspect", "train/x\\351/")]
    public void So_is_one_in_a_folder(string command, string name)
    {
        Directory.CreateDirectory(folder["train/a"]);
        Directory.CreateDirectory(folder["test/a"]);
        using (Process made = Bash("cd \"$1\" && n=\"$(printf '%b' \"$2\")\" && case \"$n\" in */) mkdir \"$n\";; *) touch \"$n\";; esac", folder[""], name))
        {
            made.WaitForExit();
            Assert.That(made.ExitCode, Is.Zero);
        }

        File.WriteAllBytes(folder["test/a/1.png"], []);
        AssertRefused([.. command.Split(' '), folder[""]], "not UTF-8");
    }

    [Test]
    public void The_character_that_stands_for_other_bytes_is_a_letter_where_a_name_has_it()
    {
        Safetensors.Write(folder["a\ufffd"], [], new Dictionary<string, string>());
        Outcome outcome = Shell.Run("inspect", folder["a\ufffd"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
    }

    [Test]
    public void A_folder_to_write_is_not_made_under_another_name() => AssertRefused(["run", "shapes10-quick", "--out", folder["a\ufffd"]], "not UTF-8");

    private static string Program => typeof(CommandLine).Assembly.Location;

    private string[] Rest(string command) => command == "export" ? [folder["out.safetensors"]] : [];

    /// <summary>Something of a kind, at a path that it gives.</summary>
    private string Make(string kind)
    {
        string path = folder["x.safetensors"];
        switch (kind)
        {
            case "a character device":
                return "/dev/zero";
            case "a folder":
                Directory.CreateDirectory(path);
                return path;
            case "a socket":
                socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                return path;
            case "a link to a pipe":
                File.CreateSymbolicLink(path, folder["pipe"]);
                MakePipe(folder["pipe"]);
                return path;
            default:
                MakePipe(path);
                return path;
        }
    }

    private static void MakePipe(string path)
    {
        using Process made = Bash("mkfifo \"$1\"", path);
        made.WaitForExit();
        Assert.That(made.ExitCode, Is.Zero);
    }

    private static Process Bash(string script, params string[] arguments) => Process.Start(
        new ProcessStartInfo("bash", ["-c", script, "bash", .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;

    private static void AssertRefused(string[] arguments, string message)
    {
        Task<Outcome> run = Task.Run(() => Shell.Run(arguments));
        Assert.That(run.Wait(TimeSpan.FromSeconds(20)), Is.True, "it waits");
        Assert.That(run.Result.Error, Does.Contain(message));
        Assert.That(run.Result.Code, Is.EqualTo(ExitCode.BadInput));
    }
}
