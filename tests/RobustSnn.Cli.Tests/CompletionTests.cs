using System.Diagnostics;
using NUnit.Framework;

namespace RobustSnn.Cli.Tests;

/// <summary>What a shell is given to complete: asked for as the scripts do, and by bash itself.</summary>
public sealed class CompletionTests
{
    [TestCase("run shapes", "shapes10-quick")]
    [TestCase("sweep shapes", "shapes10-pruning")]
    [TestCase("run --backend ", "cuda")]
    [TestCase("run x --start-at ", "finetune_snn")]
    [TestCase("run x --set finetune_snn.ep", "finetune_snn.epochs=")]
    [TestCase("evaluate x --attack pgd10", "pgd10_ens")]
    [TestCase("evaluate x --attack fgsm ap", "apgd-dlr")]
    [TestCase("evaluate x --protocol ", "p2")]
    [TestCase("evaluate x --curve ", "epsilon")]
    [TestCase("bench --phase ann", "ann_step")]
    [TestCase("bench --architecture vgg", "vgg16")]
    [TestCase("bench --precision ", "tf32")]
    [TestCase("data fetch ", "svhn")]
    [TestCase("data inspect ", "shapes10")]
    [TestCase("import x --as torch", "torchvision-vgg")]
    [TestCase("new x --size ", "quick")]
    [TestCase("completion ", "bash")]
    [TestCase("evaluate x --ep", "--epsilon")]
    [TestCase("wat", "watch")]
    public void It_completes(string line, string to)
    {
        Outcome outcome = Shell.Run($"[suggest:{line.Length}]", line);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output.Split('\n', StringSplitOptions.TrimEntries), Does.Contain(to));
    }

    [Test]
    public void A_number_of_the_same_option_elsewhere_is_no_name() =>
        Assert.That(Shell.Run("[suggest:16]", "import x --size ").Output, Does.Not.Contain("quick"));

    [TestCase("bash", "complete -o bashdefault -o default -F _rsnn rsnn")]
    [TestCase("zsh", "compdef _rsnn rsnn")]
    [TestCase("fish", "complete --command rsnn")]
    [TestCase("pwsh", "Register-ArgumentCompleter -Native -CommandName rsnn")]
    public void There_is_a_script_for(string shell, string line)
    {
        Outcome outcome = Shell.Run("completion", shell);
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Output, Does.Contain(line).And.Not.Contain("\r"));
    }

    /// <summary>One bash for all cases, with a program of the name that it completes. Nothing is offered where bash shall offer files.</summary>
    [Test]
    public void Bash_completes_with_its_script()
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("needs /bin/bash");
        }

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["rsnn.bash"], Shell.Run("completion", "bash").Output);
        File.WriteAllText(folder["rsnn"], $"#!/bin/bash\nexec dotnet '{typeof(CommandLine).Assembly.Location}' \"$@\"\n");
        File.SetUnixFileMode(folder["rsnn"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(folder["ask.bash"], """
            PATH="$PWD:$PATH"
            source rsnn.bash
            ask() {
                COMP_LINE="$1" COMP_POINT=${#1}
                read -r -a COMP_WORDS <<< "$1"
                [[ $1 == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMPREPLY=()
                _rsnn rsnn 2> /dev/null
                echo "$1=> ${COMPREPLY[*]}"
            }
            complete -p rsnn
            ask 'rsnn doc'
            ask 'rsnn run shapes10-quick-'
            ask 'rsnn data fetch tiny'
            ask 'rsnn evaluate x --attack square --attack apgd-d'
            ask 'rsnn run x --set finetune_snn.epo'
            ask 'rsnn evaluate x --dia'
            ask 'rsnn evaluate '
            """.ReplaceLineEndings("\n"));
        using Process bash = Process.Start(new ProcessStartInfo("/bin/bash", ["ask.bash"]) { WorkingDirectory = folder["."], RedirectStandardOutput = true })!;
        string[] answers = bash.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(bash.WaitForExit(TimeSpan.FromMinutes(1)), Is.True);
        Assert.That(answers, Is.EqualTo(new[]
        {
            "complete -o bashdefault -o default -F _rsnn rsnn",
            "rsnn doc=> doctor",
            "rsnn run shapes10-quick-=> shapes10-quick-natural",
            "rsnn data fetch tiny=> tinyimagenet",
            "rsnn evaluate x --attack square --attack apgd-d=> apgd-dlr",
            "rsnn run x --set finetune_snn.epo=> finetune_snn.epochs=",
            "rsnn evaluate x --dia=> --diagnose",
            "rsnn evaluate => ",
        }));
    }
}
