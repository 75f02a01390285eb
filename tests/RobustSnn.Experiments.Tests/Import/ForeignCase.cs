using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Import;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>A network of <c>foreign_networks.py</c>: what must be said to import it, and what it must be recognised as.</summary>
/// <param name="Name">Of its file.</param>
/// <param name="Label">Of the network.</param>
public sealed record ForeignCase(string Name, string Architecture, string Label, ImportOptions Options)
{
    public static readonly ForeignCase[] All =
    [
        new("hydra-vgg11-zeros", "hydra-vgg", "hydra-vgg11_bn", new()),
        new("hydra-vgg4-before-1.6", "hydra-vgg", "hydra-vgg7_bn", new()),
        new("hydra-vgg4-scores", "hydra-vgg", "hydra-vgg7_bn", new(Keep: 0.3)),
        new("hydra-vgg16-plain", "hydra-vgg", "hydra-vgg16", new()),
        new("harp-vgg6-rates", "hydra-vgg", "hydra-vgg9_bn", new(Keep: 0.5)),
        new("wide-resnet10-sub", "wide-resnet", "wide-resnet10-4-6-8", new()),
        new("wide-resnet16-buffers", "wide-resnet", "wide-resnet16-5-6-7", new()),
        new("wide-resnet10-scores", "wide-resnet", "wide-resnet10-6-7-8", new(Keep: 0.2)),
        new("cifar-resnet10", "cifar-resnet", "cifar-resnet10", new()),
        new("cifar-resnet-bottleneck", "cifar-resnet", "cifar-resnet14", new()),
        new("cifar-resnet10-sequential", "cifar-resnet", "cifar-resnet10", new()),
        new("preact-resnet18-v1", "preact-resnet", "preact-resnet18", new(Architecture: "preact-resnet")),
        new("preact-resnet10-v2", "preact-resnet-v2", "preact-resnet10-v2", new(Architecture: "preact-resnet-v2")),
        new("torchvision-vgg11", "torchvision-vgg", "torchvision-vgg11", new()),
        new("torchvision-vgg16_bn", "torchvision-vgg", "torchvision-vgg16_bn", new()),
        new("torchvision-resnet10", "torchvision-resnet", "torchvision-resnet10", new()),
        new("torchvision-resnet-bottleneck", "torchvision-resnet", "torchvision-resnet17", new(Size: 61)),
        new("reference-vggmini", "vggmini", "vggmini", new(Normalisation: PixelStatistics.Svhn)),
    ];

    /// <summary>The file that is committed.</summary>
    public string Recorded => In(Folder("Recorded"));

    public string In(string folder) => Path.Combine(folder, $"{Name}.pth");

    /// <summary>What PyTorch gave, beside the network in a folder.</summary>
    public string LogitsIn(string folder) => Path.Combine(folder, $"{Name}.logits.pth");

    /// <summary>A folder or file beside the tests' sources, as it lies beside the tests.</summary>
    public static string Folder(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Import", name);

    /// <summary>Images by the script's rule, (sample, channel, row, column).</summary>
    public static float[] Images(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (float)((((long)i * i * 31) + ((long)i * 17)) % 251 / 250.0))];

    public override string ToString() => Name;
}
