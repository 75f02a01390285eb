namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>What the neurons of a network do with their membranes: known when a kernel is compiled.</summary>
internal interface IDynamics
{
    /// <summary>Whether a spike sets the membrane to 0; else it takes the threshold from it.</summary>
    static abstract bool IsHard { get; }

    /// <summary>Whether the membrane loses u >> shift at each step.</summary>
    static abstract bool Leaks { get; }
}

internal readonly struct Hard : IDynamics
{
    public static bool IsHard => true;

    public static bool Leaks => false;
}

internal readonly struct Soft : IDynamics
{
    public static bool IsHard => false;

    public static bool Leaks => false;
}

internal readonly struct LeakyHard : IDynamics
{
    public static bool IsHard => true;

    public static bool Leaks => true;
}

internal readonly struct LeakySoft : IDynamics
{
    public static bool IsHard => false;

    public static bool Leaks => true;
}
