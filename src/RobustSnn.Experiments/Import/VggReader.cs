using System.Globalization;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>
/// VGG networks by the numbers in their names: between two convolutions are an activation, a BatchNorm or none, and a pooling or none.
/// </summary>
internal static class VggReader
{
    private const string Features = "features.";
    private const string WeightSuffix = ".weight";

    // Of HYDRA's networks: what cannot be seen from names is whether a pooling follows the last stage.
    private static readonly (int[] ConvolutionsInStages, bool PoolsLast)[] HydraForms =
    [
        ([1, 1], true), ([2, 2], true), ([2, 2, 2], true), ([2, 2, 2, 2], true),
        ([1, 1, 2, 2, 2], false), ([2, 2, 2, 2, 2], false), ([2, 2, 3, 3, 3], false),
    ];

    private static readonly int[][] TorchvisionForms = [[1, 1, 2, 2, 2], [2, 2, 2, 2, 2], [2, 2, 3, 3, 3], [2, 2, 4, 4, 4]];

    /// <summary>HYDRA's and HARP's: no biases in convolutions, a head of 2 × 2 positions without dropout.</summary>
    public static Network Hydra(StoredTensors tensors, ForeignFrame frame)
    {
        bool hasNorms = HasNorms(tensors);
        int[][] stages = Stages(tensors, hasNorms);
        RequireForm(stages, HydraForms.Select(form => form.ConvolutionsInStages));
        bool poolsLast = Array.Find(HydraForms, form => Fits(form.ConvolutionsInStages, stages)).PoolsLast;
        return Build(tensors, frame.Input(32), frame, "hydra-vgg", Vgg(tensors, stages, poolsLast, hasNorms, false, 2, null));
    }

    /// <summary>torchvision's: biases everywhere, a pooling behind every stage, a head of 7 × 7 positions with dropout.</summary>
    public static Network Torchvision(StoredTensors tensors, ForeignFrame frame)
    {
        bool hasNorms = HasNorms(tensors);
        int[][] stages = Stages(tensors, hasNorms);
        RequireForm(stages, TorchvisionForms);
        return Build(tensors, frame.Input(224), frame, "torchvision-vgg", Vgg(tensors, stages, true, hasNorms, true, 7, 0.5));
    }

    private static ForeignVgg Vgg(
        StoredTensors tensors, int[][] stages, bool poolsLast, bool hasNorms, bool hasBiases, int grid, double? dropout) => new(
        ListModule.OfSeq(stages.Select(ListModule.OfArray)), poolsLast, hasNorms, hasBiases, grid,
        ListModule.OfSeq([tensors.Outputs(Linear(0, dropout), 2), tensors.Outputs(Linear(1, dropout), 2)]),
        dropout is { } rate ? FSharpOption<double>.Some(rate) : FSharpOption<double>.None);

    // An activation, and dropout where there is some, stand between two linear layers.
    private static string Linear(int number, double? dropout) => $"classifier.{number * (dropout is null ? 2 : 3)}{WeightSuffix}";

    private static Network Build(StoredTensors tensors, Shape input, ForeignFrame frame, string family, ForeignVgg vgg)
    {
        int layers = vgg.Stages.Sum(stage => stage.Length) + vgg.Hidden.Length + 1;
        int classes = tensors.Outputs(Linear(vgg.Hidden.Length, vgg.Dropout?.Value), 2);
        return ForeignVggModule.build($"{family}{layers}{(vgg.HasNorms ? "_bn" : "")}", vgg, classes, input, frame.Mean, frame.Deviation);
    }

    private static bool HasNorms(StoredTensors tensors) => tensors.All.Any(tensor => Index(tensor) >= 0 && tensor.Dimensions.Count == 1);

    /// <summary>The outputs of every convolution, stage by stage.</summary>
    private static int[][] Stages(StoredTensors tensors, bool hasNorms)
    {
        HostTensor[] convolutions = [.. tensors.All.Where(tensor => Index(tensor) >= 0 && tensor.Dimensions.Count == 4).OrderBy(Index)];
        var stages = new List<List<int>> { new() };
        var expected = 0;
        foreach (HostTensor convolution in convolutions)
        {
            if (expected > 0 && Index(convolution) == expected + 1)
            {
                stages.Add([]);
            }
            else if (Index(convolution) != expected)
            {
                throw new MisfitException(
                    $"'{convolution.Name}' expected number {(expected == 0 ? "0" : $"{expected}, or {expected + 1} behind a pooling")}");
            }

            stages[^1].Add(tensors.Outputs(convolution.Name, 4));
            expected = Index(convolution) + (hasNorms ? 3 : 2);
        }

        return convolutions.Length > 0
            ? [.. stages.Select(stage => stage.ToArray())]
            : throw StoredTensors.Missing($"{Features}0{WeightSuffix}", "the weights of a convolution");
    }

    private static void RequireForm(int[][] stages, IEnumerable<int[]> forms)
    {
        if (!forms.Any(form => Fits(form, stages)))
        {
            throw new MisfitException(
                $"expected stages of {string.Join("; or ", forms.Select(form => string.Join(", ", form)))} convolutions, "
                + $"found {string.Join(", ", stages.Select(stage => stage.Length))}");
        }
    }

    private static bool Fits(int[] form, int[][] stages) => form.SequenceEqual(stages.Select(stage => stage.Length));

    /// <summary>N of <c>features.N.weight</c>; −1 of another name.</summary>
    private static int Index(HostTensor tensor) =>
        tensor.Name.StartsWith(Features, StringComparison.Ordinal) && tensor.Name.EndsWith(WeightSuffix, StringComparison.Ordinal)
        && tensor.Name.Length > Features.Length + WeightSuffix.Length
        && int.TryParse(tensor.Name.AsSpan()[Features.Length..^WeightSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        && index < int.MaxValue - 4
            ? index
            : -1;
}
