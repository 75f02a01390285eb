using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>What a plan may take: checked before anything is allocated, and refused with what would fit.</summary>
public static class PlanLimits
{
    /// <summary>The most timesteps that are simulated: far more than any rate needs to be told from another.</summary>
    public const int MostTimesteps = 1000;

    /// <exception cref="BadInputException">T is negative or more than <see cref="MostTimesteps"/>.</exception>
    internal static void CheckTimesteps(SpikingModel model, int timesteps)
    {
        if (timesteps is < 0 or > MostTimesteps)
        {
            throw new BadInputException(
                $"{model.Network.Architecture}: T expected 0 (the ANN) to {MostTimesteps} timesteps, found {timesteps}. Simulate fewer");
        }
    }

    /// <exception cref="BadInputException">So many bytes, taken by what the text says, are more than the device has left.</exception>
    internal static void CheckMemory(IBackend backend, long bytes, string what)
    {
        var free = backend.FreeBytes;
        if (bytes > free)
        {
            throw new BadInputException($"{what} takes {bytes >> 20} MiB, more memory than is free ({free >> 20} MiB). Use a smaller batch or T");
        }
    }

    /// <summary>A plan's graph, its memory, and what that comes to.</summary>
    /// <exception cref="BadInputException">T is out of range, or the plan does not fit into memory: the message says what does.</exception>
    internal static (PlanGraph Graph, MemoryPlan Memory, PlanMemory Bytes) Lay(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        CheckTimesteps(model, timesteps);
        var free = model.Backend.FreeBytes;
        if (TryLay(model, batch, timesteps, mode) is { } plan && Needs(model, plan.Bytes) <= free)
        {
            return plan;
        }

        var steps = Largest(timesteps, each => Fits(model, batch, each, mode, free));
        var images = Largest(batch, each => Fits(model, each, timesteps, mode, free));
        var remedies = new[]
        {
            steps > 0 ? $"T = {steps} with this batch" : "", images > 0 ? $"a batch of {images} with this T" : "",
        }.Where(remedy => remedy.Length > 0).ToArray();
        throw new BadInputException(
            $"{model.Network.Architecture} at T = {timesteps} with a batch of {batch} takes more memory than is free "
            + $"({free >> 20} MiB) or than can be addressed. "
            + (remedies.Length > 0 ? $"The largest that fit are {string.Join(" and ", remedies)}" : "No smaller T or batch fits either"));
    }

    /// <summary>The same, or null where a block of some value is more than can be addressed.</summary>
    internal static (PlanGraph Graph, MemoryPlan Memory, PlanMemory Bytes)? TryLay(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        var graph = new PlanGraph(model, batch, timesteps, mode);
        if (!Array.TrueForAll(graph.Shapes, shape => shape.ValuesOfLane * shape.Lanes.Width <= ActivationShape.MostInBlock))
        {
            return null;
        }

        var memory = new MemoryPlan(graph);
        return (graph, memory, new PlanMeasures(model, graph, memory, batch).Memory());
    }

    /// <summary>Bytes that such a plan would take beside the parameters that are there already.</summary>
    private static long Needs(SpikingModel model, PlanMemory plan) => plan.Total - model.Parameters.Bytes(forTraining: false);

    private static bool Fits(SpikingModel model, int batch, int timesteps, PassMode mode, long free) =>
        TryLay(model, batch, timesteps, mode) is { } plan && Needs(model, plan.Bytes) <= free;

    /// <summary>The largest number from 1 on, below the given one, that fits; 0 where none does.</summary>
    private static int Largest(int tooMany, Func<int, bool> fits)
    {
        var (low, high) = (0, tooMany);
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            (low, high) = fits(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }
}
