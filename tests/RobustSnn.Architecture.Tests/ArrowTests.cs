using NUnit.Framework;

namespace RobustSnn.Architecture.Tests;

/// <summary>Which room may use which: the table in <see cref="AllowedArrows"/> against what the compiled code uses.</summary>
[TestFixture]
public sealed class ArrowTests
{
    [Test]
    public void No_room_uses_one_that_it_may_not() =>
        AssertNone(Found.Where(arrow => !AllowedArrows.All.Contains(arrow.Key)).Select(arrow => $"{arrow.Key}: {arrow.Value}"));

    [Test]
    public void Every_allowed_arrow_is_used() =>
        AssertNone(AllowedArrows.All.Where(arrow => !Found.ContainsKey(arrow)).Select(arrow => $"{arrow}"));

    [Test]
    public void Every_room_is_in_the_table() =>
        Assert.That(AllowedArrows.Rooms, Is.EquivalentTo(Assemblies.Built.Value.Folders));

    [Test]
    public void A_type_stands_in_one_room() => AssertNone(Assemblies.Built.Value.Scattered);

    /// <summary>The table goes downwards: a room uses only rooms that stand below it.</summary>
    [Test]
    public void There_are_no_circles() =>
        AssertNone(AllowedArrows.Downwards.Where(arrow => AllowedArrows.Rooms.IndexOf(arrow.To) <= AllowedArrows.Rooms.IndexOf(arrow.From))
            .Select(arrow => $"{arrow}"));

    /// <summary>All of them are shown, one a line.</summary>
    private static void AssertNone(IEnumerable<string> wrong) => Assert.That(string.Join('\n', wrong.Order()), Is.Empty);

    private static Dictionary<Arrow, string> Found => Assemblies.Built.Value.Arrows;
}
