namespace RobustSnn.Ranks.Worker;

/// <summary>Lines that stay whole although several processes write to one terminal.</summary>
public static class Report
{
    public static void Line(string text) => Write(Console.OpenStandardOutput(), text);

    public static void Error(string text) => Write(Console.OpenStandardError(), text);

    private static void Write(Stream stream, string text)
    {
        stream.Write(System.Text.Encoding.UTF8.GetBytes($"{text}\n"));
        stream.Flush();
    }
}
