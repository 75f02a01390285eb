using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// Weights in the order in which <see cref="GatherTile"/> reads them: for each class, group of 6 targets, chunk of sources and tap:
/// [source][6 targets], the last group filled up with zeros.
/// </summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    /// <summary>Sources a chunk: with 9 taps and 6 targets its weights take 27 KB, so that they stay in the L1 cache over positions.</summary>
    public const int Chunk = 128;

    private readonly NativeBuffer?[] packed;

    /// <param name="heap">Where they lie.</param>
    /// <param name="classes">The gather.</param>
    /// <param name="targets">Channels written.</param>
    /// <param name="sources">Channels read.</param>
    public PackedWeights(NativeHeap heap, GatherClass[] classes, int targets, int sources)
    {
        Classes = classes;
        Targets = targets;
        Sources = sources;
        packed = new NativeBuffer[classes.Length];
        try
        {
            for (var i = 0; i < classes.Length; i++)
            {
                packed[i] = heap.Allocate((long)TargetGroups * GroupLength(classes[i]));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public GatherClass[] Classes { get; }

    public int Targets { get; }

    public int Sources { get; }

    public int TargetGroups => GroupsOf(Targets);

    /// <summary>Weights of a class for one group of targets, from <paramref name="firstSource"/> (a multiple of Chunk) on.</summary>
    public float* At(int gatherClass, int targetGroup, int firstSource)
    {
        var c = Classes[gatherClass];
        return packed[gatherClass]!.Pointer + (long)targetGroup * GroupLength(c) + (long)firstSource * c.Taps.Length * GatherTile.Targets;
    }

    /// <summary>Packs weights of which element (target, source, kernel) lies at target·targetStride + source·sourceStride + kernel.</summary>
    public void Pack(float* weights, int targetStride, int sourceStride, Workers workers)
    {
        for (var i = 0; i < Classes.Length; i++)
        {
            workers.Run(TargetGroups, new PackJob(this, i, weights, targetStride, sourceStride));
        }
    }

    public void Dispose()
    {
        foreach (var buffer in packed)
        {
            buffer?.Dispose();
        }
    }

    /// <summary>Bytes of such weights.</summary>
    public static long BytesOf(GatherClass[] classes, int targets, int sources) =>
        classes.Sum(c => checked((long)GroupsOf(targets) * GroupLength(c, sources) * sizeof(float)));

    private static int GroupsOf(int targets) => (targets + GatherTile.Targets - 1) / GatherTile.Targets;

    private static int GroupLength(GatherClass c, int sources) => checked(c.Taps.Length * sources * GatherTile.Targets);

    private int GroupLength(GatherClass c) => GroupLength(c, Sources);

    private readonly struct PackJob(PackedWeights owner, int gatherClass, float* weights, int targetStride, int sourceStride) : IJob
    {
        public void Execute(int group)
        {
            var first = group * GatherTile.Targets;
            var count = Math.Min(GatherTile.Targets, owner.Targets - first);
            var taps = owner.Classes[gatherClass].Taps;
            for (var start = 0; start < owner.Sources; start += Chunk)
            {
                var to = owner.At(gatherClass, group, start);
                var end = Math.Min(start + Chunk, owner.Sources);
                foreach (var tap in taps)
                {
                    for (var source = start; source < end; source++, to += GatherTile.Targets)
                    {
                        var from = weights + (long)first * targetStride + (long)source * sourceStride + tap.Kernel;
                        for (var target = 0; target < count; target++)
                        {
                            to[target] = from[(long)target * targetStride];
                        }
                    }
                }
            }
        }
    }
}
