using RobustSnn.Engine.Layout;

namespace RobustSnn.Robustness.Attacks;

/// <summary>The rounds of an attack over the samples of a batch side by side: what attacks that consist of rounds do with a whole batch.</summary>
internal static class RoundsTogether
{
    private const string Kept = "rounds.kept";

    /// <summary>
    /// Writes the images of the first round that broke a sample; of the last round where none did. No round is made once all samples are broken.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(IAttack attack, AttackBatch batch, AttackSettings settings)
    {
        LoadCleanLogits(batch);
        var (kept, found, wrong) = (batch.Images(Kept), batch.Vector(Kept), batch.Vector("rounds.wrong"));
        batch.Backend.Fill(found, 0);
        for (var round = 0; round < attack.Rounds(batch.Classifier) && batch.CountMarked(found) < batch.Samples; round++)
        {
            batch.Copy(batch.Adversarial, kept);
            attack.Begin(batch, settings, round).RunTogether();
            batch.Select(found, kept, batch.Adversarial);
            batch.MarkWrong(batch.Classifier.Logits(batch.Adversarial, batch.Samples), wrong, found);
        }
    }

    /// <summary>Of all samples of the batch, which <see cref="AttackBatch.Load"/> does not bring with them.</summary>
    public static void LoadCleanLogits(AttackBatch batch)
    {
        var logits = batch.Classifier.Logits(batch.Clean, batch.Samples);
        batch.Backend.Copy(logits, batch.CleanLogits, (long)batch.Samples * batch.Classifier.Classes);
    }
}
