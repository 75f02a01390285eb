using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>APGD's bookkeeping as attacks run it: the schedule on the host, the figures on the device.</summary>
public sealed class ApgdProgressTests
{
    // Intervals of 0.22 n, shrinking by 0.03 n down to 0.06 n.
    [TestCase(10, new[] { 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    [TestCase(100, new[] { 22, 41, 57, 70, 80, 87, 93, 99 })]
    [TestCase(1, new[] { 1 })]
    public void Checkpoints_are_the_papers(int steps, int[] expected)
    {
        var schedule = new ApgdSchedule(steps);
        Assert.That(Enumerable.Range(1, steps).Where(step => schedule.IntervalAfter(step) > 0), Is.EqualTo(expected));
    }

    [Test]
    public void Steady_rise_never_halves()
    {
        using var progress = new Progress(10, 0.5f);
        var halvings = progress.Halvings(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        Assert.That(halvings, Has.Length.EqualTo(9).And.None.EqualTo(true));
        Assert.That(progress.Step, Is.EqualTo(1));
    }

    [Test]
    public void At_most_three_quarters_of_rises_halves()
    {
        // 100 steps, first checkpoint after 22: 16 rises are at most 16.5, 17 are more.
        Assert.Multiple(() =>
        {
            Assert.That(AfterRises(16), Is.True);
            Assert.That(AfterRises(17), Is.False);
        });
    }

    [Test]
    public void No_better_best_since_the_last_checkpoint_halves_where_that_did_not()
    {
        // 12 steps: checkpoints after 2, 3, 4, …. Rising at the third step, but not above the best loss, which the start has.
        using var progress = new Progress(12, 10f);
        Assert.That(progress.Halvings(1, 2, 3), Is.EqualTo(new[] { false, true }));
        Assert.That(progress.Step, Is.EqualTo(0.5f));
    }

    [Test]
    public void After_a_halving_no_better_best_is_forgiven_once()
    {
        // Halved at the second checkpoint, hence not at the third, though the best loss is still that of the start.
        using var progress = new Progress(12, 10f);
        Assert.That(progress.Halvings(1, 2, 3, 4, 5), Is.EqualTo(new[] { false, true, false, true }));
        Assert.That(progress.Step, Is.EqualTo(0.25f));
    }

    [Test]
    public void The_first_step_rises_where_its_loss_is_above_zero()
    {
        using var progress = new Progress(10, -0.5f, -0.5f);
        progress.Observe(-0.25f, 0.25f);
        progress.Observe(-0.125f, 0.5f);
        Assert.That(progress.Halved, Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Samples_are_judged_on_their_own_and_the_best_is_kept()
    {
        using var progress = new Progress(10, 1f, 1f);
        progress.Observe(2f, 0.5f);
        Assert.Multiple(() =>
        {
            Assert.That(progress.Best, Is.EqualTo(new[] { 2f, 1f }));
            Assert.That(progress.Improved, Is.EqualTo(new[] { true, false }));
        });
    }

    [Test]
    public void A_loss_that_is_no_number_never_improves()
    {
        using var progress = new Progress(10, 1f);
        progress.Observe(float.NaN);
        Assert.That(progress.Best, Is.EqualTo(new[] { 1f }));
    }

    private static bool AfterRises(int rises)
    {
        using var progress = new Progress(100, 0f);
        for (var step = 1; step <= 22; step++)
        {
            // Falls afterwards, from the height that it rose to.
            progress.Observe(step <= rises ? step : rises - (step - rises) * 0.1f);
        }

        return progress.Halved[0];
    }

    /// <summary>The bookkeeping of samples whose step is 1 at the start.</summary>
    private sealed class Progress : IDisposable
    {
        private readonly IBackend backend = Small.Backend();
        private readonly ApgdSchedule schedule;
        private readonly AttackProgress progress;
        private readonly DeviceBuffer losses;
        private readonly DeviceBuffer steps;
        private readonly DeviceBuffer intervals;
        private readonly DeviceBuffer halvedNow;
        private int observed;

        public Progress(int steps, params float[] startLosses)
        {
            schedule = new ApgdSchedule(steps);
            losses = Values(startLosses);
            this.steps = Values(Ones(startLosses));
            intervals = backend.Allocate(startLosses.Length);
            halvedNow = backend.Allocate(startLosses.Length);
            progress = Memory(startLosses.Length);
            var beginning = new ApgdProgress(backend, progress, backend.Allocate(startLosses.Length));
            using var all = Values(Ones(startLosses));
            beginning.Enter(all, startLosses.Length);
            backend.TrackLosses(progress, losses, startLosses.Length);
            beginning.Started(all, losses, startLosses.Length);
        }

        public float[] Best => progress.Best.ToArray();

        public bool[] Improved => Array.ConvertAll(progress.Improved.ToArray(), mark => mark != 0);

        public bool[] Halved => Array.ConvertAll(progress.Halved.ToArray(), mark => mark != 0);

        public float Step => steps.ToArray()[0];

        public bool Observe(params float[] values)
        {
            losses.Upload(values);
            backend.TrackLosses(progress, losses, values.Length);
            var interval = schedule.IntervalAfter(++observed);
            backend.Fill(intervals, interval);
            backend.HalveSteps(progress, intervals, steps, halvedNow, values.Length);
            return interval > 0;
        }

        public bool[] Halvings(params float[] values) => [.. values.Where(loss => Observe(loss)).Select(_ => Halved[0])];

        public void Dispose() => backend.Dispose();

        private static float[] Ones(float[] like) => Array.ConvertAll(like, _ => 1f);

        private AttackProgress Memory(int samples) => new(
            backend.Allocate(samples), backend.Allocate(samples), backend.Allocate(samples), backend.Allocate(samples), backend.Allocate(samples),
            backend.Allocate(samples));

        private DeviceBuffer Values(float[] values)
        {
            var buffer = backend.Allocate(values.Length);
            buffer.Upload(values);
            return buffer;
        }
    }
}
