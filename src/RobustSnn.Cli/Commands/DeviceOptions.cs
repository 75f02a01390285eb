using System.CommandLine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;

namespace RobustSnn.Cli.Commands;

/// <summary>The options that say what a command computes on.</summary>
internal sealed class DeviceOptions
{
    public Option<string> Backend { get; } = new("--backend")
    {
        Description = $"What to compute on: {string.Join(", ", Backends.Names)}. cuda is the first NVIDIA card; CUDA_VISIBLE_DEVICES chooses another.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Backends.Cpu,
    };

    public Option<int> Threads { get; } = CommonOptions.Whole("--threads", "N", "CPU threads to use; 0 is one a core.", 0, 0);

    /// <summary>Opens the backend; it is the caller's to dispose.</summary>
    /// <exception cref="Model.BadInputException">There is none of that name, or this machine cannot run it.</exception>
    public IBackend Open(ParseResult parsed) => Backends.Open(parsed.GetRequiredValue(Backend), new BackendOptions(parsed.GetValue(Threads)));
}
