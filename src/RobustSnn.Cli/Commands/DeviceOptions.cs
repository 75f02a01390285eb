using System.CommandLine;
using System.CommandLine.Parsing;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Experiments.Messages;

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

    public Option<Precision> Precision { get; } = new("--precision")
    {
        Description = "In which numbers the products of layers are computed: fp32; with --backend cuda also tf32, fp16 (gradients in tf32) or bf16.",
        HelpName = "NUMBERS",
        CustomParser = ParsePrecision,
        DefaultValueFactory = _ => Engine.Operations.Precision.Fp32,
    };

    /// <summary>Opens the backend; it is the caller's to dispose.</summary>
    /// <exception cref="Model.BadInputException">There is none of that name, or this machine cannot run it.</exception>
    public IBackend Open(ParseResult parsed) => Backends.Open(parsed.GetRequiredValue(Backend), new BackendOptions(
        parsed.GetValue(Threads), Precision: parsed.GetValue(Precision)));

    private static IEnumerable<string> Precisions => Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant());

    private static Precision ParsePrecision(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        foreach (var precision in Enum.GetValues<Precision>())
        {
            if (precision.ToString().ToLowerInvariant() == text)
            {
                return precision;
            }
        }

        result.AddError($"--precision: expected fp32, tf32, fp16 or bf16, found '{text}'{NearestName.Hint(text, Precisions)}");
        return default;
    }
}
