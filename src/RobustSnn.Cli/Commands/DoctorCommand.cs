using System.CommandLine;
using RobustSnn.Cli.Doctor;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn doctor</c>: whether everything is there, and what to do where it is not.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "doctor",
            "Looks at the machine and the current folder: what is there, what is missing, what to do.\n"
            + "The exit code is 0 where everything that is needed is there; what is optional may be missing.\n"
            + "Example: rsnn doctor");
        command.SetAction(_ =>
        {
            Finding[] findings = [.. MachineCheck.Run(), .. LibraryCheck.Run(), .. FolderCheck.Run(), .. DataSource.Names.Select(Data)];
            terminal.WriteTable(
                ["", "what", "found"],
                [.. findings.Select(finding => (IReadOnlyList<string>)[Word(finding.Verdict), finding.What, finding.Found])]);
            foreach (Finding finding in findings.Where(finding => finding.Advice is not null))
            {
                terminal.Output.WriteLine($"{finding.What}: {finding.Advice}");
            }

            bool isMissing = findings.Any(finding => finding.Verdict == Verdict.Needed);
            terminal.Output.WriteLine(isMissing ? "something that is needed is missing" : "everything that is needed is there");
            return isMissing ? ExitCode.Failed : ExitCode.Success;
        });
        return command;
    }

    private static Finding Data(string name)
    {
        string folder = DataSource.DefaultFolder(name);
        return name == DataSource.Shapes10 ? new Finding(Verdict.Fine, name, "drawn by the program")
            : DataSource.IsIn(folder, name) ? new Finding(Verdict.Fine, name, folder)
            : new Finding(Verdict.Optional, name, $"not in {folder}", $"rsnn data fetch {name}, or --data with the folder that has it");
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Fine => "ok",
        Verdict.Optional => "without",
        Verdict.Needed => "missing",
    };
}
