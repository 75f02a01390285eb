using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>Losses and gradients of the samples under attack, and what they are good for.</summary>
public sealed partial class AttackBatch
{
    /// <summary>Logits of the clean images, kept as the reference of KL losses: until the next call.</summary>
    public DeviceBuffer ReferenceLogits(GradientEstimator estimator)
    {
        var logits = Classifier.Forward(Clean, Samples, estimator);
        Backend.Copy(logits, referenceLogits, (long)Samples * Classifier.Classes);
        return referenceLogits;
    }

    /// <summary>Forward passes and the loss of each sample, the mean of them; gives the logits, likewise, until the next pass.</summary>
    /// <param name="reference">Reference logits, for the losses that have them.</param>
    /// <param name="settings">By which estimator, and how many passes.</param>
    /// <param name="targets">Class of each sample, as a float, for the losses that have one.</param>
    public DeviceBuffer Losses(
        DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, AttackSettings settings, DeviceBuffer? targets = null)
    {
        if (settings.Passes <= 1)
        {
            return Losses(pixels, loss, reference, settings.Estimator, targets);
        }

        for (var pass = 0; pass < settings.Passes; pass++)
        {
            TakeMean(Losses(pixels, loss, reference, settings.Estimator, targets), pass, settings.Passes);
        }

        return meanLogits;
    }

    /// <summary>Of one pass.</summary>
    /// <inheritdoc cref="Losses(DeviceBuffer, LogitLoss, DeviceBuffer, AttackSettings, DeviceBuffer)"/>
    public DeviceBuffer Losses(
        DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, GradientEstimator estimator, DeviceBuffer? targets = null)
    {
        var logits = Classifier.Forward(pixels, Samples, estimator);
        Backend.InspectSamples(logits, notFiniteLogits, null, Samples);
        Backend.LogitLoss(loss, logits, reference, Labels, Classifier.Classes, 1, LossValues, null, null, Samples, targets);
        return logits;
    }

    /// <summary>
    /// Input gradient of the sum of the samples' losses, so that each sample's is its own: the mean over the passes, as are the losses. Of the
    /// passes, estimators that adapt see the first.
    /// </summary>
    /// <param name="settings">By which estimator, and how many passes.</param>
    /// <param name="logits">Their mean, until the next pass.</param>
    /// <param name="targets">Class of each sample, as a float, for the losses that have one.</param>
    public DeviceBuffer LossGradient(
        DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, AttackSettings settings, out DeviceBuffer logits,
        DeviceBuffer? targets = null)
    {
        var (estimator, passes) = (settings.Estimator, settings.Passes);
        if (running != estimator)
        {
            Classifier.BeginRun(estimator);
            running = estimator;
        }

        DeviceBuffer gradient;
        if (passes <= 1)
        {
            gradient = PassGradient(pixels, loss, reference, estimator, repeats: false, targets, out logits);
        }
        else
        {
            (gradient, logits) = (Images("mean of passes"), meanLogits);
            for (var pass = 0; pass < passes; pass++)
            {
                var one = PassGradient(pixels, loss, reference, estimator, repeats: pass > 0, targets, out var logitsOfOne);
                TakeMean(one, gradient, pass, passes);
                TakeMean(logitsOfOne, pass, passes);
            }
        }

        Backend.InspectSamples(gradient, notFinite, hasFresh ? vanishedNow : null, Samples);
        if (hasFresh)
        {
            Select(fresh, vanishedNow, vanished);
            Backend.Fill(fresh, 0);
            hasFresh = false;
        }

        return gradient;
    }

    /// <inheritdoc cref="LossGradient(DeviceBuffer, LogitLoss, DeviceBuffer, AttackSettings, out DeviceBuffer, DeviceBuffer)"/>
    public DeviceBuffer LossGradient(DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, AttackSettings settings) =>
        LossGradient(pixels, loss, reference, settings, out _);

    /// <summary>Of one pass.</summary>
    /// <inheritdoc cref="LossGradient(DeviceBuffer, LogitLoss, DeviceBuffer, AttackSettings, out DeviceBuffer, DeviceBuffer)"/>
    public DeviceBuffer LossGradient(DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, GradientEstimator estimator) =>
        LossGradient(pixels, loss, reference, new AttackSettings(default, estimator, default));

    /// <summary>
    /// Begins a run, and begins to count anew in <see cref="NotFiniteGradients"/>, <see cref="NotFiniteLogits"/> and, of the next gradient, in
    /// <see cref="VanishedGradients"/>.
    /// </summary>
    public void WatchGradients()
    {
        BeginRun();
        Backend.Fill(notFinite, 0);
        Backend.Fill(notFiniteLogits, 0);
        Backend.Fill(vanished, 0);
        Backend.Fill(fresh, 1);
        hasFresh = true;
    }

    /// <summary>Of one pass: forward, the loss of each sample, backward.</summary>
    private DeviceBuffer PassGradient(DeviceBuffer pixels, LogitLoss loss, DeviceBuffer? reference, GradientEstimator estimator, bool repeats,
        DeviceBuffer? targets, out DeviceBuffer logits)
    {
        logits = Classifier.Forward(pixels, Samples, estimator);
        Backend.InspectSamples(logits, notFiniteLogits, null, Samples);
        var logitGradient = Classifier.LogitGradient(estimator);
        Backend.LogitLoss(loss, logits, reference, Labels, Classifier.Classes, 1, LossValues, logitGradient, null, Samples, targets);
        return Classifier.Backward(estimator, repeats);
    }

    /// <summary>Logits and losses of a pass into their means, the last of which become the losses.</summary>
    private void TakeMean(DeviceBuffer logits, int pass, int passes)
    {
        var losses = Vector("mean of passes");
        TakeMean(logits, meanLogits, pass, passes);
        TakeMean(LossValues, losses, pass, passes);
        if (pass == passes - 1)
        {
            Backend.Copy(losses, LossValues, Samples);
        }
    }

    /// <summary>A pass's values into the mean, which is whole after the last.</summary>
    private void TakeMean(DeviceBuffer values, DeviceBuffer mean, int pass, int passes)
    {
        if (pass == 0)
        {
            Backend.Copy(values, mean, mean.Length);
        }
        else
        {
            var share = pass == passes - 1 ? 1f / passes : 1;
            Backend.Blend(mean, share, share, values);
        }
    }
}
