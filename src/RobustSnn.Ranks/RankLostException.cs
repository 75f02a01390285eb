namespace RobustSnn.Ranks;

/// <summary>Another rank is gone, or has said that it ends by an error: the run cannot go on. The message names the rank, its machine and its process.</summary>
public sealed class RankLostException(int rank, string message) : Exception(message)
{
    /// <summary>Whose fault it is.</summary>
    public int Rank { get; } = rank;
}
