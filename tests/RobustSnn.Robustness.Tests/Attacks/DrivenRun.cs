using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>What a round of an attack made of each sample, in the samples' order.</summary>
/// <param name="Images">The images that samples left with.</param>
/// <param name="Broken">Whether they were said to be broken when they left.</param>
/// <param name="Distances">Of FAB, the smallest found.</param>
/// <param name="Steps">Steps that each sample had.</param>
internal sealed record RoundOutcome(float[][] Images, bool[] Broken, double[] Distances, int[] Steps);

/// <summary>Drives a round of an attack over samples that come and go.</summary>
internal static class DrivenRun
{
    /// <summary>All samples enter at once and stay to the end, or until they are broken where the settings stop early.</summary>
    public static RoundOutcome Together(IAttack attack, AttackBatch batch, AttackSettings settings, Samples samples, int round = 0) =>
        Drive(attack, batch, settings, samples, round, [.. Enumerable.Range(0, samples.Labels.Length)], static (_, room) => room);

    /// <summary>
    /// Samples enter in a drawn order, a few at a time as there is room, so that they are at different steps and move when others leave.
    /// </summary>
    public static RoundOutcome Staggered(
        IAttack attack, AttackBatch batch, AttackSettings settings, Samples samples, int capacity, int seed, int round = 0)
    {
        var random = new Random(seed);
        var order = Enumerable.Range(0, samples.Labels.Length).ToArray();
        random.Shuffle(order);
        return Drive(attack, batch, settings, samples, round, order, (present, room) => random.Next(Math.Min(room, capacity - present) + 1));
    }

    /// <summary>All samples enter at once and are there still when the run is at its end.</summary>
    public static void ToTheEnd(AttackRun run, AttackBatch batch, Samples samples)
    {
        Enter(run, batch, samples);
        for (var step = 0; step < run.Steps; step++)
        {
            run.Step([.. Enumerable.Repeat(step, batch.Samples)]);
        }
    }

    /// <summary>All samples enter at once.</summary>
    public static void Enter(AttackRun run, AttackBatch batch, Samples samples)
    {
        batch.Clear();
        for (var sample = 0; sample < samples.Labels.Length; sample++)
        {
            samples.Place(batch, sample, sample);
        }

        var marks = batch.Vector("tests.entering");
        batch.Backend.Fill(marks, 1);
        run.Enter(marks);
    }

    /// <param name="order">Of entering.</param>
    /// <param name="admit">How many enter before a step: of how many are present and how many may at most.</param>
    private static RoundOutcome Drive(
        IAttack attack, AttackBatch batch, AttackSettings settings, Samples samples, int round, int[] order, Func<int, int, int> admit)
    {
        var count = order.Length;
        var outcome = new RoundOutcome(new float[count][], new bool[count], new double[count], new int[count]);
        var run = attack.Begin(batch, settings, round);
        var (present, ages, waiting) = (new List<int>(), new List<int>(), new Queue<int>(order));
        batch.Clear();
        while (waiting.Count > 0 || present.Count > 0)
        {
            var entering = new float[batch.Classifier.Batch];
            for (var left = admit(present.Count, Math.Min(waiting.Count, batch.Classifier.Batch - present.Count)); left > 0; left--)
            {
                entering[present.Count] = 1;
                samples.Place(batch, present.Count, waiting.Peek());
                present.Add(waiting.Dequeue());
                ages.Add(0);
            }

            if (entering.Contains(1))
            {
                var marks = batch.Vector("tests.entering");
                marks.Upload(entering);
                run.Enter(marks);
            }

            if (present.Count > 0)
            {
                Step();
            }
        }

        return outcome;

        void Step()
        {
            run.Step(ages.ToArray());
            var broken = batch.Broken.ToArray(present.Count);
            var leaving = new float[batch.Classifier.Batch];
            for (var place = 0; place < present.Count; place++)
            {
                ages[place]++;
                if (ages[place] == run.Steps || (settings.StopsEarly && broken[place] != 0))
                {
                    leaving[place] = 1;
                    var sample = present[place];
                    outcome.Images[sample] = new float[batch.Classifier.PixelCount];
                    batch.Adversarial.Download(outcome.Images[sample], (long)place * batch.Classifier.PixelCount);
                    outcome.Broken[sample] = broken[place] != 0;
                    outcome.Distances[sample] = run is FabRun fab ? fab.Distances[place] : double.NaN;
                    outcome.Steps[sample] = ages[place];
                }
            }

            if (leaving.Contains(1))
            {
                var marks = batch.Vector("tests.leaving");
                marks.Upload(leaving);
                var sources = batch.DropRunning(marks);
                run.Moved(sources);
                var (before, agesBefore) = (present.ToArray(), ages.ToArray());
                present.Clear();
                ages.Clear();
                present.AddRange(sources.Select(source => before[source]));
                ages.AddRange(sources.Select(source => agesBefore[source]));
            }
        }
    }
}

/// <summary>Samples that may be placed in a batch, with what the network as deployed says of their clean images.</summary>
internal sealed class Samples(Classifier classifier, float[] images, int[] labels, int[] numbers)
{
    private readonly float[] logits = Logits(classifier, images);

    public int[] Labels { get; } = labels;

    public float[] Image(int sample) => images[(sample * classifier.PixelCount)..((sample + 1) * classifier.PixelCount)];

    public void Place(AttackBatch batch, int place, int sample) => batch.Place(
        place, Image(sample), Labels[sample], numbers[sample], this.logits.AsSpan(sample * classifier.Classes, classifier.Classes));

    private static float[] Logits(Classifier classifier, float[] images)
    {
        var count = images.Length / classifier.PixelCount;
        var all = new float[count * classifier.Classes];
        using var pixels = classifier.Backend.Allocate((long)classifier.Batch * classifier.PixelCount);
        for (var first = 0; first < count; first += classifier.Batch)
        {
            var some = Math.Min(classifier.Batch, count - first);
            pixels.Upload(images.AsSpan(first * classifier.PixelCount, some * classifier.PixelCount));
            classifier.Logits(pixels, some).Download(all.AsSpan(first * classifier.Classes, some * classifier.Classes));
        }

        return all;
    }
}
