using System.Collections.Immutable;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>Every architecture that is read from other people's files. A new one is a line.</summary>
public static class ForeignArchitectures
{
    private const string Cifar = "HYDRA's, HARP's and RobustBench's";

    internal static ImmutableArray<ForeignArchitecture> All { get; } =
    [
        new("hydra-vgg", "HYDRA's and HARP's", VggReader.Hydra) { Normalisation = PixelStatistics.None },
        new("wide-resnet", Cifar, ResNetReader.Wide) { Normalisation = PixelStatistics.None, Unused = ResNetReader.UnusedInWide },
        new("cifar-resnet", Cifar, ResNetReader.Cifar) { Normalisation = PixelStatistics.None },
        new("preact-resnet", "RobustBench's, its shortcuts reading what the block reads",
            (tensors, frame) => ResNetReader.PreActivated(tensors, frame, shortcutReadsActivated: false)) { Normalisation = PixelStatistics.None },
        new("preact-resnet-v2", "RobustBench's, its shortcuts reading behind the first ReLU",
            (tensors, frame) => ResNetReader.PreActivated(tensors, frame, shortcutReadsActivated: true)) { Normalisation = PixelStatistics.None },
        new("torchvision-vgg", "torchvision's", VggReader.Torchvision) { Normalisation = PixelStatistics.ImageNet },
        new("torchvision-resnet", "torchvision's", ResNetReader.Torchvision) { Normalisation = PixelStatistics.ImageNet },
        .. Architectures.names.Select(name => new ForeignArchitecture(
            name, "the reference's", (tensors, frame) => ReferenceReader.Read(name, tensors, frame))),
    ];

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];
}
