using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class ApgdProgressTests
{
    // Intervals of 0.22 n, shrinking by 0.03 n down to 0.06 n.
    [TestCase(10, new[] { 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    [TestCase(100, new[] { 22, 41, 57, 70, 80, 87, 93, 99 })]
    [TestCase(1, new[] { 1 })]
    public void Checkpoints_are_the_papers(int steps, int[] expected)
    {
        var progress = new ApgdProgress(steps, [0f]);
        var found = Enumerable.Range(1, steps).Where(step => progress.Observe([(float)step])).ToArray();
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Steady_rise_never_halves()
    {
        var progress = new ApgdProgress(10, [0.5f]);
        var halvings = Halvings(progress, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        Assert.That(halvings, Has.None.EqualTo(true));
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
        var progress = new ApgdProgress(12, [10f]);
        Assert.That(Halvings(progress, 1, 2, 3), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void After_a_halving_no_better_best_is_forgiven_once()
    {
        // Halved at the second checkpoint, hence not at the third, though the best loss is still that of the start.
        var progress = new ApgdProgress(12, [10f]);
        Assert.That(Halvings(progress, 1, 2, 3, 4, 5), Is.EqualTo(new[] { false, true, false, true }));
    }

    [Test]
    public void The_first_step_rises_where_its_loss_is_above_zero()
    {
        var progress = new ApgdProgress(10, [-0.5f, -0.5f]);
        progress.Observe([-0.25f, 0.25f]);
        progress.Observe([-0.125f, 0.5f]);
        Assert.That(progress.Halved, Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Samples_are_judged_on_their_own_and_the_best_is_kept()
    {
        var progress = new ApgdProgress(10, [1f, 1f]);
        progress.Observe([2f, 0.5f]);
        Assert.Multiple(() =>
        {
            Assert.That(progress.BestLosses, Is.EqualTo(new[] { 2f, 1f }));
            Assert.That(progress.Improved, Is.EqualTo(new[] { true, false }));
        });
    }

    [Test]
    public void A_loss_that_is_no_number_never_improves()
    {
        var progress = new ApgdProgress(10, [1f]);
        progress.Observe([float.NaN]);
        Assert.That(progress.BestLosses[0], Is.EqualTo(1f));
    }

    private static bool AfterRises(int rises)
    {
        var progress = new ApgdProgress(100, [0f]);
        for (var step = 1; step <= 22; step++)
        {
            // Falls afterwards, from the height that it rose to.
            progress.Observe([step <= rises ? step : rises - (step - rises) * 0.1f]);
        }

        return progress.Halved[0];
    }

    private static bool[] Halvings(ApgdProgress progress, params float[] losses) =>
        [.. losses.Where(loss => progress.Observe([loss])).Select(_ => progress.Halved[0])];
}
