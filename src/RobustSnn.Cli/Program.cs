using System.Runtime.InteropServices;
using RobustSnn.Cli;
using RobustSnn.Cli.Output;

using var interruption = new CancellationTokenSource();

// The first signal asks the command to stop where it can resume; a second one ends the process as usual.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return CommandLine.Run(args, Terminal.OfProcess(), interruption.Token);
