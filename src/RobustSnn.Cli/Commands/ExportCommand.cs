using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn export</c>: a network's parameters for others.</summary>
internal static class ExportCommand
{
    private const string Extension = ".safetensors";

    public static Command Create(Terminal terminal)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run." };
        var file = new Argument<string>("FILE.safetensors") { Description = "Where to write; an older file is replaced at once or not at all." };
        var command = new Command(
            "export",
            "Writes a checkpoint's parameters under the names of the reference's PyTorch state_dict, with zeros for pruned weights;\n"
            + "those of a quantised checkpoint as integers.\n"
            + "Example: rsnn export runs/small/finetuned-snn.safetensors snn.safetensors")
        {
            checkpoint, file,
        };
        command.SetAction(parsed =>
        {
            string target = parsed.GetRequiredValue(file);
            if (!target.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                throw new BadInputException($"{target}: expected a file name that ends with {Extension}");
            }

            string source = parsed.GetRequiredValue(checkpoint);
            InputPath.RequireApart(source, target);
            if (QuantisedFile.Is(source))
            {
                LoadedQuantised quantised = QuantisedFile.Load(source);
                QuantisedFile.Export(target, quantised);
                terminal.Output.WriteLine($"{target}: {quantised.Network.Network.Architecture} in integers, {quantised.Network.Weights.Count} layers");
                return;
            }

            using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
            LoadedModel loaded = ModelFile.Load(source, backend);
            using (loaded.Model)
            {
                ModelFile.Export(target, loaded.Model, loaded.Info);
                terminal.Output.WriteLine(
                    $"{target}: {loaded.Model.Parameters.All.Count} tensors of {loaded.Model.Network.Architecture}");
            }
        });
        return command;
    }
}
