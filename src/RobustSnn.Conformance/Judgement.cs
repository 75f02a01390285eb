using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Conformance;

/// <summary>What the network as deployed says of an attack's images.</summary>
internal static class Judgement
{
    /// <summary>1 for each sample that it gets right, else 0.</summary>
    public static float[] Correct(AttackBatch batch)
    {
        var wrong = batch.Vector("conformance.wrong");
        batch.MarkWrong(batch.Classifier.Logits(batch.Adversarial, batch.Samples), wrong);
        return Array.ConvertAll(wrong.ToArray(batch.Samples), each => each != 0 ? 0f : 1);
    }

    /// <summary>Of each sample the logit of the label minus the largest other.</summary>
    public static float[] Margins(AttackBatch batch)
    {
        var classes = batch.Classifier.Classes;
        var logits = batch.Classifier.Logits(batch.Adversarial, batch.Samples).ToArray(batch.Samples * classes);
        var margins = new float[batch.Samples];
        for (var sample = 0; sample < margins.Length; sample++)
        {
            var (row, label) = (logits[(sample * classes)..((sample + 1) * classes)], batch.LabelsHost[sample]);
            margins[sample] = row[label] - row.Where((_, i) => i != label).Max();
        }

        return margins;
    }
}
