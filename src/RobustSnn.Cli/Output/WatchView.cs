using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Sweeps;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RobustSnn.Cli.Output;

/// <summary>
/// What a person sees who watches: on a screen, tables that are drawn anew; else a line for each thing that has changed since the last
/// time.
/// </summary>
internal sealed class WatchView
{
    private readonly HashSet<string> written = [];
    private readonly Terminal terminal;
    private readonly LiveDisplayContext? screen;

    private WatchView(Terminal terminal, LiveDisplayContext? screen)
    {
        this.terminal = terminal;
        this.screen = screen;
    }

    /// <summary>Does the work with a view that it may show things in. What was drawn last stays on the screen.</summary>
    public static T On<T>(Terminal terminal, Func<WatchView, T> work) => terminal.IsScreen
        ? terminal.Screen.Live(new Text("")).Start(screen => work(new WatchView(terminal, screen)))
        : work(new WatchView(terminal, null));

    /// <param name="folder">As the user gave it.</param>
    public void Show(WatchedRun run, string folder) => Show(() => WatchReport.Lines(run, folder), () => WatchReport.Table(run, folder));

    /// <inheritdoc cref="Show(WatchedRun, string)"/>
    public void Show(WatchedSweep sweep, string folder) => Show(() => WatchReport.Lines(sweep, folder), () => WatchReport.Table(sweep, folder));

    private void Show(Func<IEnumerable<string>> lines, Func<IRenderable> table)
    {
        if (screen is not null)
        {
            screen.UpdateTarget(table());
            return;
        }

        foreach (string line in lines().Where(written.Add))
        {
            terminal.Output.WriteLine(line);
        }

        terminal.Output.Flush();
    }
}
