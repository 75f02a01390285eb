using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Refusals;

/// <summary>Losses that cannot be computed.</summary>
public static class LossRefusals
{
    private static readonly LogitLoss[] OfSeveralClasses =
        [LogitLoss.DifferenceOfLogitsRatio, LogitLoss.BoostedCrossEntropy, LogitLoss.TargetedDifferenceOfLogitsRatio, LogitLoss.LogitDifference];

    public static IEnumerable<Refusal> All =>
    [
        .. from loss in OfSeveralClasses
           select new Refusal($"{loss} of too few classes", typeof(ArgumentOutOfRangeException), backend =>
           {
               using var logits = backend.Allocate(4);
               using var labels = backend.Allocate(1);
               using var losses = backend.Allocate(1);
               using var gradient = backend.Allocate(4);
               backend.LogitLoss(loss, logits, null, labels, loss.LeastClasses() - 1, 1, losses, gradient, null, 1, labels);
           }),

        .. from loss in Enum.GetValues<LogitLoss>()
           where loss.HasReference() || loss.HasTarget()
           select new Refusal($"{loss} without what it compares with", typeof(ArgumentException), backend =>
           {
               using var logits = backend.Allocate(5);
               using var values = backend.Allocate(5);
               backend.LogitLoss(loss, logits, null, values, 5, 1, values, null, null, 1);
           }),

        .. from loss in Enum.GetValues<LogitLoss>()
           from isTarget in new[] { false, true }
           where loss.HasTarget() || !isTarget
           from wrong in new[] { -1, 5 }
           select new Refusal($"{loss} of a {(isTarget ? "target" : "label")} {wrong} of 5 classes", typeof(ArgumentException), backend =>
           {
               using var logits = backend.Allocate(5);
               using var losses = backend.Allocate(1);
               using var right = backend.Allocate(1);
               using var outside = backend.Allocate(1);
               outside.Upload([wrong]);
               backend.LogitLoss(loss, logits, logits, isTarget ? right : outside, 5, 1, losses, null, null, 1, isTarget ? outside : right);
           })
           { IsOfValues = true },
    ];
}
