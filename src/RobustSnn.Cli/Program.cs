using RobustSnn.Cli.Output;
using RobustSnn.Cli;

var terminal = Terminal.OfProcess();
using var interruption = new Interruption(terminal.Error);
return CommandLine.Run(args, terminal, interruption.Token);
