using System.Collections.Immutable;

namespace RobustSnn.Experiments.Data;

/// <summary>Where the data sets are published. Their publishers give MD5 checksums only; that of CIFAR-10's SHA-256 was made of the same file.</summary>
public static class Downloads
{
    /// <summary>By the data set's name.</summary>
    public static ImmutableSortedDictionary<string, DataDownload> ByName { get; } = new Dictionary<string, DataDownload>
    {
        [DataSets.Cifar10Name] = new(
            "CIFAR-10's binary version",
            [
                new(
                    new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                    Checksum.Sha256("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
                    ArchiveKind.TarGz),
            ],
            Cifar10Binary.FolderName,
            folder => Cifar10Binary.FindGap(folder),
            new(400_000_000, 100)),
        [DataSets.Cifar100Name] = new(
            "CIFAR-100's binary version",
            [
                new(
                    new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                    Checksum.Md5("03b5dce01913d631647c71ecec9e9cb8"),
                    ArchiveKind.TarGz),
            ],
            Cifar100Binary.FolderName,
            Cifar100Binary.FindGap,
            new(400_000_000, 100)),
        [DataSets.SvhnName] = new(
            "SVHN's cropped digits",
            [
                new(
                    new($"http://ufldl.stanford.edu/housenumbers/{Svhn.TrainFile}"),
                    Checksum.Md5("e26dedcc434d2e4c54c9b2d4a06d8373"),
                    ArchiveKind.None),
                new(
                    new($"http://ufldl.stanford.edu/housenumbers/{Svhn.TestFile}"),
                    Checksum.Md5("eb5a983be6a315427106f1b164d9cef3"),
                    ArchiveKind.None),
            ],
            Folder: null,
            Svhn.FindGap,
            default),
        [DataSets.TinyImageNetName] = new(
            "TinyImageNet",
            [
                new(
                    new("http://cs231n.stanford.edu/tiny-imagenet-200.zip"),
                    Checksum.Md5("90528d7ca1a48142e341f4ef8d21d0de"),
                    ArchiveKind.Zip),
            ],
            TinyImageNet.FolderName,
            TinyImageNet.FindGap,
            new(1_000_000_000, 200_000)),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
