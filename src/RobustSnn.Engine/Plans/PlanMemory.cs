using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans;

/// <summary>What a plan takes of its device, in bytes; known before anything is allocated.</summary>
/// <param name="Own">Its values, gradients, images, counts: what goes when it is disposed.</param>
/// <param name="Parameters">The model's, with gradients and momenta where the plan trains: shared by all plans of the model.</param>
/// <param name="Workspace">
/// What the backend adds, at most: weights in its own form and memory for partial results (<see cref="IBackend.WorkspaceBytes"/>). Plans of one
/// model share that too.
/// </param>
public readonly record struct PlanMemory(long Own, long Parameters, long Workspace)
{
    /// <summary>All of it, where this is the only plan.</summary>
    public long Total => checked(Own + Parameters + Workspace);

    /// <summary>Of two plans of one model that are alive together.</summary>
    public static PlanMemory operator +(PlanMemory first, PlanMemory second) => new(
        checked(first.Own + second.Own), Math.Max(first.Parameters, second.Parameters), Math.Max(first.Workspace, second.Workspace));

    /// <summary>Of so many plans alike.</summary>
    public static PlanMemory operator *(int count, PlanMemory plan) => plan with { Own = checked(count * plan.Own) };
}
