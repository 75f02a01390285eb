using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>What a plan may take: checked before anything is allocated, and refused with what would fit.</summary>
public static class PlanLimits
{
    /// <summary>The most timesteps that are simulated: far more than any rate needs to be told from another.</summary>
    public const int MostTimesteps = 1000;

    /// <summary>Bytes that plans may take of this machine or container.</summary>
    private static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <exception cref="BadInputException">T is negative or more than <see cref="MostTimesteps"/>.</exception>
    internal static void CheckTimesteps(SpikingModel model, int timesteps)
    {
        if (timesteps is < 0 or > MostTimesteps)
        {
            throw new BadInputException(
                $"{model.Network.Architecture}: T expected 0 (the ANN) to {MostTimesteps} timesteps, found {timesteps}. Simulate fewer");
        }
    }

    /// <exception cref="BadInputException">So many bytes, taken by what the text says, are more than this machine has.</exception>
    internal static void CheckMemory(long bytes, string what)
    {
        if (bytes > Available)
        {
            throw new BadInputException(
                $"{what} takes {bytes >> 20} MiB, more memory than this machine has ({Available >> 20} MiB). Use a smaller batch or T");
        }
    }

    /// <summary>A plan's graph and memory.</summary>
    /// <exception cref="BadInputException">T is out of range, or the plan does not fit into memory: the message says what does.</exception>
    internal static (PlanGraph Graph, MemoryPlan Memory) Lay(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        CheckTimesteps(model, timesteps);
        if (TryLay(model, batch, timesteps, mode) is { } plan && Plan.Bytes(model, batch, plan.Memory, mode) <= Available)
        {
            return plan;
        }

        var steps = Largest(timesteps, each => Fits(model, batch, each, mode));
        var images = Largest(batch, each => Fits(model, each, timesteps, mode));
        var remedies = new[]
        {
            steps > 0 ? $"T = {steps} with this batch" : "", images > 0 ? $"a batch of {images} with this T" : "",
        }.Where(remedy => remedy.Length > 0).ToArray();
        throw new BadInputException(
            $"{model.Network.Architecture} at T = {timesteps} with a batch of {batch} takes more memory than this machine has "
            + $"({Available >> 20} MiB) or than can be addressed. "
            + (remedies.Length > 0 ? $"The largest that fit are {string.Join(" and ", remedies)}" : "No smaller T or batch fits either"));
    }

    /// <summary>A plan's graph and memory, or null where a block of some value is more than can be addressed.</summary>
    internal static (PlanGraph Graph, MemoryPlan Memory)? TryLay(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        var graph = new PlanGraph(model, batch, timesteps, mode);
        return Array.TrueForAll(graph.Shapes, shape => shape.ValuesOfLane * shape.Lanes.Width <= ActivationShape.MostInBlock)
            ? (graph, new MemoryPlan(graph))
            : null;
    }

    private static bool Fits(SpikingModel model, int batch, int timesteps, PassMode mode) =>
        TryLay(model, batch, timesteps, mode) is { } plan && Plan.Bytes(model, batch, plan.Memory, mode) <= Available;

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
