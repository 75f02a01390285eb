namespace RobustSnn.Architecture.Tests;

internal static class AllowedArrows
{
    public static List<string> Rooms => [];
    public static HashSet<Arrow> All => [];
}
