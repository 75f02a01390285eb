namespace RobustSnn.Experiments.Data;

/// <summary>What a downloaded file is.</summary>
public enum ArchiveKind
{
    /// <summary>Used as it is.</summary>
    None,

    /// <summary>A gzipped tar archive.</summary>
    TarGz,

    Zip,
}
