namespace RobustSnn.Experiments.Settings;

/// <summary>The learning rate as a pure function of the settings and the epoch, so that a resumed run takes the same steps.</summary>
public static class LearningRateSchedule
{
    /// <summary>
    /// The learning rate in epoch 0, 1, … of <paramref name="totalEpochs"/>: constant, or cosine
    /// <c>lr·0.5·(1 + cos(π·epoch/total))</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is not one of the total.</exception>
    public static double At(ITrainingSettings settings, int epoch, int totalEpochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(epoch, totalEpochs);
        return settings.Schedule switch
        {
            Schedule.Constant => settings.LearningRate,
            Schedule.Cosine => settings.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * epoch / totalEpochs)),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Schedule, "no such schedule"),
        };
    }
}
