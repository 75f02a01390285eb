using RobustSnn.Experiments.Settings;

namespace RobustSnn.Reports.Sections;

/// <summary>What the label of a column of a run's table stands for: an attack in a ball.</summary>
internal static class AttackLabel
{
    /// <summary>The attack's name and its ball; null for a label that the run's settings do not give.</summary>
    public static (string Attack, AttackBudget Ball)? Parse(ExperimentSettings settings, string label)
    {
        foreach (var attack in settings.Evaluate.Attacks)
        {
            foreach (var ball in settings.Evaluate.Epsilon)
            {
                if (label == (settings.Evaluate.Epsilon.Count == 1 ? attack.Name : $"{attack.Name} {ball}"))
                {
                    return (attack.Name, ball);
                }
            }
        }

        return null;
    }

    /// <summary>For people: the label, and the ball where the label leaves it out.</summary>
    public static string Full(ExperimentSettings settings, string label) =>
        settings.Evaluate.Epsilon.Count == 1 ? $"{label}, ε = {settings.Evaluate.Epsilon[0]}" : label;
}
