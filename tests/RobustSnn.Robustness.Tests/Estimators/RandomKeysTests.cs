using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Tests.Estimators;

public sealed class RandomKeysTests
{
    private static readonly RandomKey Root = new(7, 0);

    [Test]
    public void Derived_streams_do_not_meet()
    {
        var streams = new HashSet<ulong>();
        for (var batch = 0ul; batch < 100; batch++)
        {
            for (var member = 0ul; member < 100; member++)
            {
                streams.Add(Root.Derive(batch).Derive(member).Stream);
            }
        }

        Assert.That(streams, Has.Count.EqualTo(100 * 100));
    }

    [Test]
    public void Derive_keeps_the_seed() => Assert.That(Root.Derive(3).Seed, Is.EqualTo(7));

    [Test]
    public void Names_give_their_own_streams() => Assert.That(Root.Derive("pgd10"), Is.Not.EqualTo(Root.Derive("pgd20")));
}
