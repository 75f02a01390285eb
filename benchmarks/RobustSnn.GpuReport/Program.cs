using RobustSnn.Cli;
using RobustSnn.Cli.Output;
using RobustSnn.GpuReport;
using RobustSnn.Robustness.Energy;

// Every part of the report is made by a process of its own, which is this program again: what breaks in one, a card's context say, ends no other.
return args switch
{
    ["rsnn", .. var line] => CommandLine.Run(line, Terminal.OfProcess()),
    ["rehearse", .. var line] => CommandLine.Run(
        line, Terminal.OfProcess(), new MeasuringTimes(TimeSpan.FromSeconds(0.2), TimeSpan.Zero, TimeSpan.FromSeconds(0.2), Repeats: 2), default),
    _ => ReportCommand.Run(args),
};
