using NUnit.Framework.Constraints;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests;

/// <summary>What a user's mistake must lead to.</summary>
internal static class Refuses
{
    /// <summary>A BadInputException whose message contains every part.</summary>
    public static IResolveConstraint Saying(params string[] parts) => At("", parts);

    /// <summary>A BadInputException whose message begins with the place and contains every part.</summary>
    public static IResolveConstraint At(string place, params string[] parts) =>
        parts.Aggregate(
            (Constraint)Throws.TypeOf<BadInputException>().With.Message.StartsWith(place),
            (all, part) => all.And.Message.Contains(part));
}
