using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn inspect</c>: what is in a file of tensors.</summary>
internal static class InspectCommand
{
    // A checkpoint's network is described in thousands of characters: what it is made of is seen in the table.
    private const int LongestValue = 200;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("CHECKPOINT") { Description = "A safetensors file, or a file of torch.save, whatever its name." };
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
            Print(terminal, TensorFile.Read(path));
        });
        return command;
    }

    private static void Print(Terminal terminal, TensorFile file)
    {
        foreach ((string key, string value) in file.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            terminal.Output.WriteLine(
                value.Length <= LongestValue ? $"{key}: {value}" : $"{key}: {value[..LongestValue]}… ({Format.Count(value.Length)} characters)");
        }

        if (file.LeftOut.Count > 0)
        {
            terminal.Output.WriteLine($"beside the tensors, not read: {string.Join(", ", file.LeftOut)}");
        }

        Row[] rows = [.. Rows(file)];
        terminal.WriteTable(
            ["tensor", "type", "shape", "not zero", "bytes", "value"],
            [
                .. rows.Select(row => (IReadOnlyList<string>)
                [
                    row.Name, row.Type, row.Dimensions.Count == 0 ? "scalar" : string.Join(" × ", row.Dimensions),
                    row.IsWeight ? Kept(row.NotZero, row.Count) : Format.Missing, Format.Count(row.Bytes), row.Single ?? Format.Missing,
                ]),
            ]);

        Row[] weights = [.. rows.Where(row => row.IsWeight)];
        long total = weights.Sum(row => row.Count);
        terminal.Output.WriteLine(
            $"{rows.Length} tensors, {Format.Count(rows.Sum(row => (double)row.Count))} values in {Format.Count(rows.Sum(row => (double)row.Bytes))} "
            + $"bytes; of the weights of convolutions and linear layers, {(total > 0 ? Kept(weights.Sum(row => row.NotZero), total) : "none")} "
            + $"of {Format.Count(total)} are not zero");
    }

    /// <summary>A sparse tensor is one row, for the three tensors that hold it.</summary>
    private static IEnumerable<Row> Rows(TensorFile file)
    {
        var sparse = SparseTensor.All(file).SelectMany(tensor => tensor.Parts.Select(part => (part.Name, Tensor: tensor)))
            .ToDictionary(pair => pair.Name, pair => pair.Tensor, StringComparer.Ordinal);
        var notZero = new Dictionary<ReadOnlyMemory<byte>, long>(); // of tied tensors, which share their bytes, once
        foreach (HostTensor tensor in file.Tensors)
        {
            if (!sparse.TryGetValue(tensor.Name, out SparseTensor? whole))
            {
                if (!notZero.TryGetValue(tensor.Bytes, out long count))
                {
                    count = NotZero(tensor);
                    notZero.Add(tensor.Bytes, count);
                }

                yield return new Row(
                    tensor.Name, tensor.ElementType.ToString(), tensor.Dimensions, tensor.Count, count,
                    tensor.Bytes.Length, IsWeight(tensor), tensor.Count == 1 ? Single(tensor) : null);
            }
            else if (tensor.Name.EndsWith(SparseTensor.ValuesSuffix, StringComparison.Ordinal))
            {
                yield return new Row(
                    whole.Name, $"{tensor.ElementType} sparse", whole.Dimensions, whole.Pattern.DenseCount, NotZero(whole.Stored),
                    whole.Parts.Sum(part => (long)part.Bytes.Length), IsWeight: true, Single: null);
            }
        }
    }

    /// <summary>What pruning may zero has rows and columns; BatchNorm's weights have not.</summary>
    private static bool IsWeight(HostTensor tensor) =>
        tensor.Dimensions.Count >= 2 && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
        && (tensor.ElementType.IsFloating() || tensor.ElementType is ElementType.I16 or ElementType.I8);

    private static long NotZero(HostTensor tensor) => tensor.ElementType switch
    {
        ElementType.F64 => Doubles(tensor).LongCount(value => value != 0),
        var type when type.IsFloating() => tensor.ToFloats().LongCount(value => value != 0),
        _ => tensor.ToLongs().LongCount(value => value != 0),
    };

    private static double[] Doubles(HostTensor tensor) => MemoryMarshal.Cast<byte, double>(tensor.Bytes.Span).ToArray();

    private static string Kept(long kept, long total) => $"{Format.Count(kept)} ({Format.Percent((double)kept / Math.Max(total, 1))})";

    // Whole numbers exactly: beyond 2^53 a double would round them.
    private static string Single(HostTensor tensor) => tensor.ElementType switch
    {
        ElementType.F64 => Format.Number(Doubles(tensor)[0], "G6"),
        var type when type.IsFloating() => Format.Number(tensor.ToFloats()[0], "G6"),
        _ => tensor.ToLongs()[0].ToString(CultureInfo.InvariantCulture),
    };

    /// <param name="Dimensions">Of the dense tensor, as is <paramref name="Count"/>.</param>
    /// <param name="Bytes">That it takes in the file.</param>
    /// <param name="Single">The value where there is one only.</param>
    private sealed record Row(
        string Name, string Type, IReadOnlyList<int> Dimensions, long Count, long NotZero, long Bytes, bool IsWeight, string? Single);
}
