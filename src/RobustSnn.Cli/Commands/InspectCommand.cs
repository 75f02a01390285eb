using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn inspect</c>: what is in a file of tensors.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("CHECKPOINT") { Description = "A .safetensors file, or a .pth file of torch.save." };
        var command = new Command(
            "inspect",
            "Lists the tensors of a checkpoint: shapes, weights kept, thresholds, metadata.\n"
            + "Example: rsnn inspect runs/small/finetuned-snn.safetensors")
        {
            file,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            TensorFile content = Path.GetExtension(path).Equals(".pth", StringComparison.OrdinalIgnoreCase)
                ? PytorchArchive.Read(path)
                : Safetensors.Read(path);
            Print(terminal, content);
        });
        return command;
    }

    private static void Print(Terminal terminal, TensorFile file)
    {
        foreach ((string key, string value) in file.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            terminal.Output.WriteLine($"{key}: {value}");
        }

        terminal.WriteTable(
            ["tensor", "type", "shape", "not zero", "value"],
            [
                .. file.Tensors.Select(tensor => (IReadOnlyList<string>)
                [
                    tensor.Name, tensor.ElementType.ToString(), Shape(tensor), IsWeight(tensor) ? Kept(NotZero(tensor), tensor.Count) : Format.Missing,
                    tensor.Count == 1 ? Single(tensor) : Format.Missing,
                ]),
            ]);

        HostTensor[] weights = [.. file.Tensors.Where(IsWeight)];
        long total = weights.Sum(tensor => (long)tensor.Count);
        terminal.Output.WriteLine(
            $"{file.Tensors.Count} tensors, {Format.Count(file.Tensors.Sum(tensor => (double)tensor.Count))} values; of the weights of convolutions "
            + $"and linear layers, {(total > 0 ? Kept(weights.Sum(tensor => (long)NotZero(tensor)), total) : "none")} of {Format.Count(total)} are not zero");
    }

    /// <summary>What pruning may zero has rows and columns; BatchNorm's weights have not.</summary>
    private static bool IsWeight(HostTensor tensor) =>
        tensor.Dimensions.Count >= 2 && tensor.Name.EndsWith(".weight", StringComparison.Ordinal) && IsFloating(tensor);

    private static bool IsFloating(HostTensor tensor) => tensor.ElementType is ElementType.F32 or ElementType.F64;

    private static int NotZero(HostTensor tensor) => tensor.ToFloats().Count(value => value != 0);

    private static string Kept(long kept, long total) => $"{Format.Count(kept)} ({Format.Percent((double)kept / Math.Max(total, 1))})";

    private static string Shape(HostTensor tensor) => tensor.Dimensions.Count == 0 ? "scalar" : string.Join(" × ", tensor.Dimensions);

    private static string Single(HostTensor tensor) => IsFloating(tensor)
        ? Format.Number(tensor.ToFloats()[0], "G6")
        : Format.Number(tensor.ToLongs()[0], "0");
}
