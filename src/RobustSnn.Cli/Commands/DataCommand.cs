using System.CommandLine;
using System.Diagnostics;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn data</c>: getting data sets and looking at them.</summary>
internal static class DataCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal, CancellationToken cancellation) =>
        new("data", "Downloads and describes data sets.\nExample: rsnn data fetch cifar10")
        {
            Fetch(terminal, cancellation),
            Inspect(terminal, cancellation),
        };

    private static Command Fetch(Terminal terminal, CancellationToken cancellation)
    {
        string[] names = [.. Downloads.ByName.Keys];
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", names)}." };
        var folder = new Option<string?>("--out")
        {
            Description = "Folder to put it in; data/NAME where left out.",
            HelpName = "DIR",
        };
        var command = new Command(
            "fetch", "Downloads and unpacks a data set; a download that broke off goes on.\nExample: rsnn data fetch cifar10 --out data/cifar10")
        {
            name, folder,
        };
        command.SetAction(parsed =>
        {
            string set = parsed.GetRequiredValue(name);
            if (!Downloads.ByName.TryGetValue(set, out DataDownload? download))
            {
                throw new BadInputException($"'{set}': expected one of {string.Join(", ", names)}{NearestName.Hint(set, names)}");
            }

            string path = download.Fetch(
                parsed.GetValue(folder) ?? DataSource.DefaultFolder(set), new DownloadLines(terminal.Error), cancellation)
                .GetAwaiter().GetResult();
            terminal.Output.WriteLine(path);
        });
        return command;
    }

    private static Command Inspect(Terminal terminal, CancellationToken cancellation)
    {
        var source = new Argument<string>("NAME|DIR")
        {
            Description = $"A data set by name ({string.Join(", ", DataSource.Names)}) or the folder that it is in.",
        };
        var command = new Command(
            "inspect", "Reads a data set and describes it: images, classes, mean and deviation.\nExample: rsnn data inspect data/cifar10")
        {
            source,
        };
        command.SetAction(parsed =>
        {
            DataSet set = DataSource.Open(parsed.GetRequiredValue(source), Shapes10Settings.Default, cancellation);
            DataSource.WriteNotes(set, terminal);
            ImageSet[] parts = [set.Train, set.Test];
            terminal.Output.WriteLine($"{set.Name}: {set.Train.ImageShape} images, {set.Train.Classes} classes");
            terminal.Output.WriteLine($"mean {Triple(set.Statistics.Mean)}, deviation {Triple(set.Statistics.Deviation)}");
            terminal.WriteTable(
                ["class", .. parts.Select(part => part.Name)],
                [
                    .. set.Train.ClassNames.Select((_, index) => (IReadOnlyList<string>)
                        [Class(set, index), .. parts.Select(part => Format.Count(part.Labels.Count(index)))]),
                    ["all", .. parts.Select(part => Format.Count(part.Count))],
                ]);
        });
        return command;
    }

    /// <summary>A class as the data set calls it, and what it is, where its name does not say.</summary>
    private static string Class(DataSet set, int label) =>
        set.ClassWords.IsEmpty ? set.ClassNames[label] : $"{set.ClassNames[label]} {set.ClassWords[label]}";

    private static string Triple(IEnumerable<double> values) => $"({string.Join(", ", values.Select(value => Format.Number(value, "0.0000")))})";

    /// <summary>A line every few seconds.</summary>
    private sealed class DownloadLines(TextWriter output) : IProgress<DownloadProgress>
    {
        private long written;

        public void Report(DownloadProgress value)
        {
            if (Stopwatch.GetElapsedTime(written) >= Pause)
            {
                written = Stopwatch.GetTimestamp();
                string total = value.TotalBytes is { } bytes ? $" of {Format.Megabytes(bytes)}" : "";
                output.WriteLine($"{Format.Megabytes(value.BytesReceived)}{total}");
            }
        }
    }
}
