namespace RobustSnn.Robustness.Tests.Evaluations;

public sealed class PredictionsTests
{
    [TestCase(new[] { 1f, 3f, 2f }, 1)]
    [TestCase(new[] { 3f, 3f, 2f }, 0, TestName = "The first of equals")]
    [TestCase(new[] { 1f, float.NaN, 2f }, Predictions.None, TestName = "No class where a logit is no number")]
    [TestCase(new[] { 1f, float.PositiveInfinity, 2f }, Predictions.None, TestName = "No class where a logit is infinite")]
    [TestCase(new[] { 1f, float.NegativeInfinity, 2f }, Predictions.None, TestName = "No class where a logit is infinite downwards")]
    [TestCase(new[] { -3f, -2f, -1f }, 2)]
    public void The_class_is_that_of_the_largest_logit(float[] logits, int expected)
    {
        var predictions = new int[1];
        Predictions.Of(logits, 3, predictions);
        Assert.That(predictions[0], Is.EqualTo(expected));
    }

    [Test]
    public void Each_sample_has_its_own_row()
    {
        var predictions = new int[2];
        Predictions.Of([0f, 1, 1, 0], 2, predictions);
        Assert.That(predictions, Is.EqualTo(new[] { 1, 0 }));
    }
}
