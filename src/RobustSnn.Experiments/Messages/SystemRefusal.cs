namespace RobustSnn.Experiments.Messages;

/// <summary>What the operating system does not let be read or written: a full disk, a folder of somebody else's. The user mends it, not the programmer.</summary>
public static class SystemRefusal
{
    /// <summary>Whether an exception is one.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>In a sentence, without its end.</summary>
    public static string Sentence(Exception refusal) => $"the system refused to read or write: {refusal.Message.ReplaceLineEndings(" ")}";
}
