namespace RobustSnn.Exchange.HuggingFace;

/// <summary>How a folder has the weights of pruned layers.</summary>
public enum WeightStorage
{
    /// <summary>All of them, with zeros for those that do not exist.</summary>
    Dense,

    /// <summary>Those that exist and a bit for each: the format "sparse-bitmask" of compressed-tensors.</summary>
    SparseBitmask,
}
