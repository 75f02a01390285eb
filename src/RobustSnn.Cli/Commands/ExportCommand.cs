using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Exchange.HuggingFace;
using RobustSnn.Exchange.Nir;
using RobustSnn.Exchange.Onnx;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn export</c>: a network for others' programs.</summary>
internal static class ExportCommand
{
    /// <summary>The formats by name, the first where none is given.</summary>
    private static readonly (string Name, Action<string, string, Terminal> Write)[] Formats =
    [
        ("reference", Reference),
        ("hf", (source, target, terminal) => Folder(source, target, WeightStorage.Dense, terminal)),
        ("compressed-tensors", (source, target, terminal) => Folder(source, target, WeightStorage.SparseBitmask, terminal)),
        ("onnx", Onnx),
        ("nir", Nir),
    ];

    public static Command Create(Terminal terminal)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint of a run." };
        var target = new Argument<string>("TARGET") { Description = "The file to write, an older one being replaced at once or not at all, or a folder that is not there yet." };
        var format = new Option<string>("--to")
        {
            Description = $"What to write: {string.Join(", ", Formats.Select(each => each.Name))}; docs/EXCHANGE.md says what each holds.",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Formats[0].Name,
        };
        var command = new Command(
            "export",
            "Writes a network for others' programs. As reference, a .safetensors file: parameters under the names of the reference's PyTorch\n"
            + "state_dict, with zeros for pruned weights; those of a quantised checkpoint as integers. As hf, the folder of Hugging Face's hub; as\n"
            + "compressed-tensors, the same with pruned weights as bitmasks. As onnx, a graph: a spiking network with its T timesteps one after the other.\n"
            + "As nir, a spiking network in the Neuromorphic Intermediate Representation, and what that cannot say of it.\n"
            + "Example: rsnn export runs/small/finetuned-snn.safetensors snn.safetensors")
        {
            checkpoint, target, format,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(format);
            Action<string, string, Terminal>? write = Formats.FirstOrDefault(each => each.Name == name).Write;
            if (write is null)
            {
                string[] names = [.. Formats.Select(each => each.Name)];
                throw new BadInputException($"--to: expected one of {string.Join(", ", names)}, found '{name}'{NearestName.Hint(name, names)}");
            }

            write(parsed.GetRequiredValue(checkpoint), parsed.GetRequiredValue(target), terminal);
        });
        return command;
    }

    private static void Reference(string source, string target, Terminal terminal)
    {
        RequireTarget(source, target, ".safetensors");
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
    }

    private static void Folder(string source, string target, WeightStorage storage, Terminal terminal)
    {
        using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
        long bits = HuggingFaceFolder.Write(target, source, storage, backend);
        terminal.Output.WriteLine($"{target}: written, read back and compared with {source}: all {Format.Count(bits)} bits of its tensors are the same");
    }

    private static void Onnx(string source, string target, Terminal terminal)
    {
        RequireTarget(source, target, ".onnx");
        using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
        LoadedModel loaded = ModelFile.Load(source, backend);
        using (loaded.Model)
        {
            TestImages.RequireEvaluable(source, loaded.Model);
            int operators = OnnxFile.Write(target, loaded);
            string kind = loaded.Info.Timesteps == 0 ? "an ANN" : $"T = {loaded.Info.Timesteps} unrolled";
            terminal.Output.WriteLine($"{target}: {loaded.Model.Network.Architecture}, {kind}, {operators} operators of opset {OnnxFile.OperatorSet}");
            terminal.Output.WriteLine(
                "not compared here, where no runtime of ONNX is: the project's tests hold small VGGs, residual and wide residual networks against ONNX Runtime");
        }
    }

    private static void Nir(string source, string target, Terminal terminal)
    {
        RequireTarget(source, target, ".nir");
        using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
        LoadedModel loaded = ModelFile.Load(source, backend);
        using (loaded.Model)
        {
            TestImages.RequireEvaluable(source, loaded.Model);
            (int nodes, IReadOnlyList<string> warnings) = NirFile.Write(target, loaded);
            terminal.Output.WriteLine(
                $"{target}: {loaded.Model.Network.Architecture}, {nodes} nodes of NIR {NirFile.Version}, BatchNorm folded; read back, every array is the same");
            foreach (string warning in warnings)
            {
                terminal.Error.WriteLine($"warning: {warning}");
            }
        }
    }

    private static void RequireTarget(string source, string target, string extension)
    {
        if (!target.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new BadInputException($"{target}: expected a file name that ends with {extension}");
        }

        InputPath.RequireApart(source, target);
    }
}
