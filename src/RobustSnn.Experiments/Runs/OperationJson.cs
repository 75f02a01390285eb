using System.Text.Json.Nodes;
using Microsoft.FSharp.Collections;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>An operation's name and fields as JSON; <see cref="OperationReader"/> reads them.</summary>
internal sealed class OperationWriter : IOperationVisitor<JsonObject>
{
    public static readonly OperationWriter Instance = new();

    private OperationWriter()
    {
    }

    public JsonObject Normalise(FSharpList<double> mean, FSharpList<double> deviation) =>
        new() { [OperationReader.Key] = "normalise", ["mean"] = Numbers(mean), ["deviation"] = Numbers(deviation) };

    public JsonObject Convolution(Convolution settings) => new()
    {
        [OperationReader.Key] = "convolution",
        ["outputs"] = settings.Outputs,
        ["kernel"] = settings.Kernel,
        ["stride"] = settings.Stride,
        ["padding"] = settings.Padding,
        ["bias"] = settings.Bias,
    };

    public JsonObject Linear(int outputs, bool bias) => new() { [OperationReader.Key] = "linear", ["outputs"] = outputs, ["bias"] = bias };

    public JsonObject BatchNorm() => new() { [OperationReader.Key] = "batch_norm" };

    public JsonObject Relu() => new() { [OperationReader.Key] = "relu" };

    public JsonObject Neuron(Thresholds thresholds) =>
        new() { [OperationReader.Key] = "neuron", ["thresholds"] = thresholds.IsShared ? "shared" : "channelwise" };

    public JsonObject AveragePool(int size) => new() { [OperationReader.Key] = "average_pool", ["size"] = size };

    public JsonObject MaxPool(int size) => new() { [OperationReader.Key] = "max_pool", ["size"] = size };

    public JsonObject OverlappingMaxPool(PoolWindow window) => new()
    {
        [OperationReader.Key] = "overlapping_max_pool",
        ["size"] = window.Size,
        ["stride"] = window.Stride,
        ["padding"] = window.Padding,
    };

    public JsonObject GlobalAveragePool() => new() { [OperationReader.Key] = "global_average_pool" };

    public JsonObject WeightedSum() => new() { [OperationReader.Key] = "weighted_sum" };

    public JsonObject Sum() => new() { [OperationReader.Key] = "sum" };

    public JsonObject Dropout(double rate) => new() { [OperationReader.Key] = "dropout", ["rate"] = rate };

    private static JsonArray Numbers(FSharpList<double> values) => [.. values.Select(value => (JsonNode)value)];
}

/// <summary>Reads what <see cref="OperationWriter"/> writes.</summary>
internal static class OperationReader
{
    /// <summary>The property that says which operation it is.</summary>
    public const string Key = "operation";

    /// <exception cref="BadInputException">The operation is unknown, or one of its fields is missing or none of its kind.</exception>
    public static Operation Read(JsonFields fields) => fields.OneOf<Func<JsonFields, Operation>>(
        Key,
        ("normalise", each => Operation.NewNormalise(ListModule.OfArray(each.Numbers("mean")), ListModule.OfArray(each.Numbers("deviation")))),
        ("convolution", each => Operation.NewConvolution(new Convolution(
            each.Whole("outputs"), each.Whole("kernel"), each.Whole("stride"), each.Whole("padding"), each.Flag("bias")))),
        ("linear", each => Operation.NewLinear(each.Whole("outputs"), each.Flag("bias"))),
        ("batch_norm", _ => Operation.BatchNorm),
        ("relu", _ => Operation.Relu),
        ("neuron", each => Operation.NewNeuron(
            each.OneOf("thresholds", ("shared", Thresholds.Shared), ("channelwise", Thresholds.Channelwise)))),
        ("average_pool", each => Operation.NewAveragePool(each.Whole("size"))),
        ("max_pool", each => Operation.NewMaxPool(each.Whole("size"))),
        ("overlapping_max_pool", each => Operation.NewOverlappingMaxPool(
            new PoolWindow(each.Whole("size"), each.Whole("stride"), each.Whole("padding")))),
        ("global_average_pool", _ => Operation.GlobalAveragePool),
        ("weighted_sum", _ => Operation.WeightedSum),
        ("sum", _ => Operation.Sum),
        ("dropout", each => Operation.NewDropout(each.Number("rate"))))(fields);
}
