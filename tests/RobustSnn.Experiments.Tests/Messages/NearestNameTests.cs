using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Messages;

[TestFixture]
public sealed class NearestNameTests
{
    [TestCase("", "", 0)]
    [TestCase("", "abc", 3)]
    [TestCase("abc", "", 3)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("epocs", "epochs", 1)]
    [TestCase("flaw", "lawn", 2)]
    [TestCase("nsn", "snn", 1)]
    [TestCase("eopchs", "epochs", 1)]
    public void A_swap_of_neighbours_counts_once(string a, string b, int expected) =>
        Assert.That(Spelling.distance(a, b), Is.EqualTo(expected));

    [FsCheck.NUnit.Property]
    public bool The_distance_is_symmetric_and_within_its_bounds(string? first, string? second)
    {
        string a = first ?? "", b = second ?? "";
        int distance = Spelling.distance(a, b);
        return distance == Spelling.distance(b, a)
            && distance >= Math.Abs(a.Length - b.Length)
            && distance <= Math.Max(a.Length, b.Length)
            && (distance == 0) == (a == b);
    }

    [TestCase("epocs", "epochs")]
    [TestCase("VGG11", "vgg11")]
    [TestCase("trade", "trades")]
    [TestCase("zzzzzzzz", null)]
    public void The_nearest_is_found(string given, string? expected) =>
        Assert.That(NearestName.Of(given, ["natural", "epochs", "vgg11", "trades"]), Is.EqualTo(expected));

    [TestCase("finetune_nsn", "; did you mean 'finetune_snn'?")]
    [TestCase("fintune_snn", "; did you mean 'finetune_snn'?")]
    [TestCase("finetune_sn", "; did you mean 'finetune_snn'?")]
    [TestCase("finetune-snn", "; did you mean 'finetune_snn'?")]
    [TestCase("fientune_ann", "; did you mean 'finetune_ann'?")]
    [TestCase("finetune_nn", "; did you mean 'finetune_ann' or 'finetune_snn'?")]
    [TestCase("finetune", "; did you mean 'finetune_ann' or 'finetune_snn'?")]
    public void A_stage_mistyped_is_the_nearest_or_both(string given, string hint) =>
        Assert.That(NearestName.Hint(given, ["pretrain", "prune", "finetune_ann", "convert", "finetune_snn"]), Is.EqualTo(hint));

    [Test]
    public void Nothing_known_gives_no_hint() => Assert.That(NearestName.Hint("x", []), Is.Empty);
}
