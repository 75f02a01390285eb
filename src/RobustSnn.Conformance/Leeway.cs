using RobustSnn.Engine.Operations;

namespace RobustSnn.Conformance;

/// <summary>
/// What checks forgive a backend for adding up in an order that this program does not know, and no other. Where a case has membranes as close to their
/// threshold as single precision is exact, another order flips a spike, and the rest of an attack's run or of training follows it. What comes of that is
/// known of the processor, which is held to it: with AVX2 or more no run ends elsewhere. It is not known of every card.
/// </summary>
/// <param name="backend">What is checked; its name is said wherever something was forgiven.</param>
internal sealed class Leeway(IBackend backend)
{
    private const double RunsElsewhereOfUnknown = 0.1;
    private const int LaterCorrectOfKnown = 1;
    private const int LaterCorrectOfUnknown = 2;

    /// <summary>How many of so many runs of an attack may end elsewhere.</summary>
    public Finding RunsElsewhere(int elsewhere, int runs) => Judge(
        elsewhere, 0, (int)(RunsElsewhereOfUnknown * runs), $"{elsewhere} of {runs} runs end elsewhere (a best loss beyond 2 %)");

    /// <summary>
    /// By how many of a step's samples more, or fewer, may be correct, in the steps behind the first: those at the edge of their class that a few flipped
    /// spikes take over it.
    /// </summary>
    public Finding LaterCorrect(double difference, int steps) => Judge(
        difference, LaterCorrectOfKnown, LaterCorrectOfUnknown,
        FormattableString.Invariant($"samples correct differ by up to {difference} in {steps} steps"));

    private Finding Judge(double found, int known, int unknown, string detail) => backend.AddsInKnownOrder
        ? new Finding(found, known, detail)
        : new Finding(found, unknown, detail)
        {
            Forgiven = found > known && found <= unknown
                ? $"{detail}, up to {unknown} allowed on {backend.Name}, which adds up in an order of its own, {known} elsewhere"
                : "",
        };
}
