namespace RobustSnn.Experiments.Settings;

/// <summary>A run that does not begin with its first stage, but with a network that is there.</summary>
public sealed record StartSettings(
    [Setting("Checkpoint to begin with, of another run or imported")] string From,
    [Setting("The first stage; those before it are left out")] Stage At);
