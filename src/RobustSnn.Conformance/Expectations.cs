using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>What must come out of a check.</summary>
internal abstract class Expectations
{
    /// <summary>The values to compare with, as many as were found.</summary>
    /// <param name="name">Of the case's tensor.</param>
    /// <exception cref="BadInputException">There are none, not as many, or they are no numbers.</exception>
    public abstract float[] Of(string name, float[] found);
}

/// <summary>The numbers of the case itself.</summary>
internal sealed class GivenExpectations(GoldenCase golden) : Expectations
{
    public override float[] Of(string name, float[] found) => golden.Tensor(name, found.Length);
}

/// <summary>Writes down what checks find and is content with all of it, so that <see cref="Recorded"/> holds others to it.</summary>
internal sealed class Recording : Expectations
{
    private readonly Dictionary<string, float[]> recorded = [];

    /// <summary>What was written down.</summary>
    public Expectations Recorded => new Replay(recorded);

    /// <summary>Whether there is nothing but zeros: agreeing with them says little.</summary>
    public bool IsZero => recorded.Values.All(values => Array.TrueForAll(values, value => value == 0));

    /// <summary>Begins anew.</summary>
    public void Clear() => recorded.Clear();

    public override float[] Of(string name, float[] found)
    {
        recorded[name] = [.. found];
        return found;
    }

    private sealed class Replay(IReadOnlyDictionary<string, float[]> recorded) : Expectations
    {
        public override float[] Of(string name, float[] found)
        {
            var expected = recorded[name];
            if (Array.FindIndex(expected, value => !float.IsFinite(value)) is var index and >= 0)
            {
                throw new BadInputException($"'{name}' of the dense network is {expected[index]} at value {index}, expected finite numbers.");
            }

            return expected.Length == found.Length
                ? expected
                : throw new BadInputException($"'{name}' has {found.Length} values, the dense network's has {expected.Length}.");
        }
    }
}
