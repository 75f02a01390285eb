using NUnit.Framework;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

public sealed class ClassOrderTests
{
    private static readonly string[] Network = ["airplane", "automobile", "bird"];

    [Test]
    public void The_same_names_in_the_same_order_are_the_same_classes() =>
        Assert.That(ClassOrder.Map("net", Network, ["airplane", "automobile", "bird"], null), Is.EqualTo(new[] { 0, 1, 2 }));

    [TestCase("automobile", "airplane", "bird")]
    [TestCase("plane", "car", "bird")]
    [TestCase("airplane", "automobile", "Bird")]
    public void Other_names_or_another_order_are_refused_with_both_lists(params string[] data)
    {
        var refusal = Assert.Throws<BadInputException>(() => ClassOrder.Map("net", Network, data, null))!;
        Assert.That(refusal.Message, Does.Contain(string.Join(", ", Network)).And.Contain(string.Join(", ", data)).And.Contain("--map-classes"));
    }

    [Test]
    public void Equal_names_are_mapped_where_the_user_wants_it() =>
        Assert.That(ClassOrder.Map("net", Network, ["bird", "airplane", "automobile"], ""), Is.EqualTo(new[] { 2, 0, 1 }));

    [Test]
    public void Other_names_are_mapped_as_the_user_says() =>
        Assert.That(ClassOrder.Map("net", Network, ["bird", "car", "plane"], "plane=airplane, car=automobile"), Is.EqualTo(new[] { 2, 1, 0 }));

    [TestCase("plane=airplane", "'car'")]
    [TestCase("plane=airplane,car=airplane", "two classes")]
    [TestCase("plane=airplane,car=auto", "'car=auto'")]
    [TestCase("plane=airplane,plane=bird", "each once")]
    [TestCase("ship=airplane", "'ship=airplane'")]
    [TestCase("plane", "'plane'")]
    public void A_mapping_that_does_not_say_it_of_every_class_is_refused(string mapping, string saying) => Assert.That(
        () => ClassOrder.Map("net", Network, ["plane", "car", "bird"], mapping), Throws.TypeOf<BadInputException>().With.Message.Contains(saying));
}
