using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Damages bytes at random places, the same for the same seed.</summary>
internal static class Damage
{
    public static byte[] Of(byte[] bytes, int seed)
    {
        var random = new Random(seed);
        List<byte> damaged = [.. bytes];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0: damaged[at] = (byte)random.Next(256); break;
                case 1: damaged[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: damaged.Insert(at, (byte)random.Next(256)); break;
                default: damaged.RemoveAt(at); break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Damage may go unseen, in a name or an element; any exception but a refusal is a defect and goes on.</summary>
    public static void ReadOrRefuse(Func<object> read)
    {
        try
        {
            Assert.That(read(), Is.Not.Null);
        }
        catch (BadInputException refusal)
        {
            Assert.That(refusal.Message, Is.Not.Empty);
        }
    }
}
