using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Cli.Commands;

/// <summary>What <c>rsnn run</c> says to who has not said what to run: which presets could run here and now, and what the others lack.</summary>
/// <remarks>It goes on with the preset that needs nothing, which is what whoever tries the program for the first time wants.</remarks>
internal static class RunGuide
{
    public static void Write(Terminal terminal, string preset)
    {
        var presets = Presets.Names.Select(name => (Name: name, Settings: Presets.Read(name))).ToLookup(preset => IsHere(preset.Settings.Data));
        terminal.Error.WriteLine($"rsnn run: nothing was said to run, so this is {preset}: {Presets.Read(preset).Description}. Ctrl-C stops it. What else could run:");
        terminal.Error.WriteLine("Presets whose images are here:");
        foreach (var (name, settings) in presets[true])
        {
            terminal.Error.WriteLine($"  {name}: {settings.Description}");
        }

        foreach (var data in presets[false].GroupBy(preset => (Name: NameOf(preset.Settings.Data), preset.Settings.Data.Directory)))
        {
            terminal.Error.WriteLine($"{data.Count()} more, such as {data.First().Name}, need {data.Key.Name} in {data.Key.Directory}: rsnn data fetch {data.Key.Name}, or --data");
        }

        terminal.Error.WriteLine("A file of your own: rsnn new. All presets: rsnn presets. A run that was broken off: rsnn run --resume --out DIR");
    }

    private static bool IsHere(DataSettings data) => data.Directory is null || DataSource.IsIn(data.Directory, NameOf(data));

    private static string NameOf(DataSettings data) => data.Name.ToString().ToLowerInvariant();
}
