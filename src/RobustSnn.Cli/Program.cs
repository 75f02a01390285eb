using RobustSnn.Cli;
using RobustSnn.Cli.Output;

var terminal = Terminal.OfProcess();
using var interruption = new Interruption(terminal.Error);
return CommandLine.Run(args, terminal, interruption.Token);
