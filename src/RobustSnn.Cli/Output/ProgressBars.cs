using Spectre.Console;

namespace RobustSnn.Cli.Output;

/// <summary>Bars on a screen, one at a time, with lines above them. All text is made <see cref="Visible"/> first.</summary>
internal sealed class ProgressBars
{
    private readonly IAnsiConsole screen;
    private readonly ProgressContext context;
    private ProgressTask? task;

    private ProgressBars(IAnsiConsole screen, ProgressContext context)
    {
        this.screen = screen;
        this.context = context;
    }

    /// <summary>Does the work with bars that it may move.</summary>
    public static T On<T>(IAnsiConsole screen, Func<ProgressBars, T> work) => screen.Progress()
        .AutoClear(true)
        .HideCompleted(true)
        .Columns(
            new SpinnerColumn(),
            new ProgressBarColumn(),
            new PercentageColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context => work(new ProgressBars(screen, context)));

    public void Begin(string description) => task = context.AddTask(Shown(description), maxValue: 1);

    /// <param name="share">Of the work, from 0 to 1.</param>
    public void Advance(double share, string description)
    {
        if (task is not null)
        {
            task.Value = share;
            task.Description = Shown(description);
        }
    }

    /// <summary>Takes the bar away and leaves a line in its place.</summary>
    public void End(string line)
    {
        if (task is not null)
        {
            task.Value = task.MaxValue;
            task.StopTask();
            task = null;
        }

        WriteLine(line);
    }

    public void WriteLine(string line) => screen.WriteLine(Visible.Text(line));

    private static string Shown(string description) => Markup.Escape(Visible.Text(description));
}
