using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>Residual networks by the blocks that their names number and the shortcuts that have weights.</summary>
internal static class ResNetReader
{
    private const string UnusedBlock = "sub_block1.";

    private static readonly FSharpOption<string>? None = FSharpOption<string>.None;

    /// <summary>Wide residual networks: stages block1 to block3, for images of 32 × 32.</summary>
    public static Network Wide(StoredTensors tensors, ForeignFrame frame)
    {
        ForeignBlock[][] stages = [.. Enumerable.Range(1, 3).Select(stage => Stage(tensors, $"block{stage}.layer.", stage, ("convShortcut", None)))];
        var network = new ForeignResNet(
            ForeignStem.SmallStem, tensors.Outputs("conv1.weight", 4), ForeignOrder.NewActivationFirst(true), Blocks(stages), "bn1", "fc");
        // What they are called counts the first convolution and those of the three shortcuts, and not the linear layer.
        return Build(tensors, frame.FixedInput(32), frame, $"wide-resnet{Layers(stages) + 4}-{Widths(stages)}", network);
    }

    /// <summary>The copy of the first stage that TRADES' networks, and those made of them, have and never use.</summary>
    public static string? UnusedInWide(string tensor) =>
        tensor.StartsWith(UnusedBlock, StringComparison.Ordinal) ? "such networks have this block and never use it" : null;

    /// <summary>ResNet-18 and its like for images of 32 × 32: stages layer1 to layer4.</summary>
    public static Network Cifar(StoredTensors tensors, ForeignFrame frame)
    {
        ForeignBlock[][] stages = FourStages(tensors, ("shortcut.0", "shortcut.1"));
        var network = new ForeignResNet(
            ForeignStem.SmallStem, tensors.Outputs("conv1.weight", 4), ForeignOrder.ConvolutionFirst, Blocks(stages), None, "linear");
        return Build(tensors, frame.FixedInput(32), frame, $"cifar-resnet{Layers(stages) + 2}", network);
    }

    /// <summary>The same with BatchNorm and ReLU in front of convolutions, and behind the last block where the file has them there.</summary>
    public static Network PreActivated(StoredTensors tensors, ForeignFrame frame, bool shortcutReadsActivated)
    {
        ForeignBlock[][] stages = FourStages(tensors, ("shortcut.0", None));
        var network = new ForeignResNet(
            ForeignStem.SmallStem, tensors.Outputs("conv1.weight", 4), ForeignOrder.NewActivationFirst(shortcutReadsActivated), Blocks(stages),
            tensors.Has("bn.weight") ? "bn" : None, "linear");
        return Build(
            tensors, frame.FixedInput(32), frame, $"preact-resnet{Layers(stages) + 2}{(shortcutReadsActivated ? "-v2" : "")}", network);
    }

    /// <summary>torchvision's ResNets, of basic blocks or bottlenecks: a last pooling over whatever map there is.</summary>
    public static Network Torchvision(StoredTensors tensors, ForeignFrame frame)
    {
        ForeignBlock[][] stages = FourStages(tensors, ("downsample.0", "downsample.1"));
        var network = new ForeignResNet(
            ForeignStem.LargeStem, tensors.Outputs("conv1.weight", 4), ForeignOrder.ConvolutionFirst, Blocks(stages), None, "fc");
        return Build(tensors, frame.Input(224), frame, $"torchvision-resnet{Layers(stages) + 2}", network);
    }

    private static Network Build(StoredTensors tensors, Shape input, ForeignFrame frame, string label, ForeignResNet network) =>
        ForeignResNetModule.build(label, network, tensors.Outputs($"{network.Head}.weight", 2), input, frame.Mean, frame.Deviation);

    private static ForeignBlock[][] FourStages(StoredTensors tensors, (string, FSharpOption<string>?) shortcut) =>
        [.. Enumerable.Range(1, 4).Select(stage => Stage(tensors, $"layer{stage}.", stage, shortcut))];

    /// <summary>The blocks of a stage. All but the first stage halve the map in their first block.</summary>
    private static ForeignBlock[] Stage(StoredTensors tensors, string prefix, int stage, (string Convolution, FSharpOption<string>? Norm) shortcut)
    {
        var blocks = new ForeignBlock[tensors.Blocks(prefix)];
        for (var i = 0; i < blocks.Length; i++)
        {
            string name = $"{prefix}{i}";
            int convolutions = tensors.Has($"{name}.conv3.weight") ? 3 : 2;
            int[] widths = [.. Enumerable.Range(1, convolutions).Select(number => tensors.Outputs($"{name}.conv{number}.weight", 4))];
            var projection = Tuple.Create<string, FSharpOption<string>?>(shortcut.Convolution, shortcut.Norm);
            blocks[i] = new ForeignBlock(
                name, ListModule.OfArray(widths), stage > 1 && i == 0 ? 2 : 1,
                tensors.Has($"{name}.{shortcut.Convolution}.weight") ? new FSharpOption<Tuple<string, FSharpOption<string>?>>(projection) : null);
        }

        return blocks;
    }

    private static FSharpList<ForeignBlock> Blocks(ForeignBlock[][] stages) => ListModule.OfSeq(stages.SelectMany(stage => stage));

    private static int Layers(ForeignBlock[][] stages) => stages.Sum(stage => stage.Sum(block => block.Widths.Length));

    /// <summary>How many times the usual 16, 32 and 64 channels, or the channels of the stages where they are no multiple.</summary>
    private static string Widths(ForeignBlock[][] stages)
    {
        int[] widths = [.. stages.Select(stage => stage[0].Widths[0])];
        int widen = widths[0] / 16;
        return widths.SequenceEqual([16 * widen, 32 * widen, 64 * widen]) ? $"{widen}" : string.Join('-', widths);
    }
}
