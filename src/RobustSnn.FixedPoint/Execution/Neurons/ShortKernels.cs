using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Sums;
using RobustSnn.FixedPoint.Execution.Vectors;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Neurons;

/// <summary>The kernels, compiled for one width of vectors.</summary>
internal abstract class ShortKernels
{
    /// <summary>Positions of a word.</summary>
    public abstract int WordPositions { get; }

    /// <summary>Words of a full tile.</summary>
    public abstract int TileWords { get; }

    /// <summary>Bytes of a word of spikes or of counts.</summary>
    public int WordBytes(bool isCounts) => isCounts ? WordPositions * LaneMap.CountBytes : WordPositions;

    /// <summary>A layer and its neurons.</summary>
    public abstract void Fire(Workers workers, SumPass pass, bool isCounts, FiringTargets to, NeuronModel neurons);

    /// <summary>A layer whose currents go to memory.</summary>
    public abstract void Convolve(Workers workers, SumPass pass, bool isCounts, CurrentTarget to);

    /// <summary>Kernels of the widest vectors whose words that many positions fill, at most of that width.</summary>
    public static ShortKernels Of(VectorWidth widest, long positions)
    {
        var kernels = Of(widest);
        for (var width = widest; width != VectorWidth.Bits128 && positions <= kernels.WordPositions / 2;)
        {
            width = width == VectorWidth.Bits512 ? VectorWidth.Bits256 : VectorWidth.Bits128;
            kernels = Of(width);
        }

        return kernels;
    }

    private static ShortKernels Of(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 when Short512.IsSupported => new ForWidth<Short512>(),
        VectorWidth.Bits512 or VectorWidth.Bits256 when Short256.IsSupported => new ForWidth<Short256>(),
        _ => new ForWidth<Short128>(),
    };

    private sealed class ForWidth<TLanes> : ShortKernels
        where TLanes : struct, IShortLanes<TLanes>
    {
        public override int WordPositions => TLanes.Count / 4;

        public override int TileWords => TLanes.MostWords;

        public override void Fire(Workers workers, SumPass pass, bool isCounts, FiringTargets to, NeuronModel neurons)
        {
            if (isCounts)
            {
                Fire<CountWords<TLanes>>(workers, pass, to, neurons);
            }
            else
            {
                Fire<SpikeWords<TLanes>>(workers, pass, to, neurons);
            }
        }

        public override void Convolve(Workers workers, SumPass pass, bool isCounts, CurrentTarget to)
        {
            if (isCounts)
            {
                workers.Run(pass.Pieces, new CurrentJob<TLanes, CountWords<TLanes>>(pass, to));
            }
            else
            {
                workers.Run(pass.Pieces, new CurrentJob<TLanes, SpikeWords<TLanes>>(pass, to));
            }
        }

        private static void Fire<TOperand>(Workers workers, SumPass pass, FiringTargets to, NeuronModel neurons)
            where TOperand : struct, IOperand<TLanes>
        {
            switch (neurons.Reset.IsHard, neurons.Leak < 1)
            {
                case (true, false):
                    workers.Run(pass.Pieces, new FiringLayerJob<TLanes, TOperand, Hard>(pass, to));
                    break;
                case (false, false):
                    workers.Run(pass.Pieces, new FiringLayerJob<TLanes, TOperand, Soft>(pass, to));
                    break;
                case (true, true):
                    workers.Run(pass.Pieces, new FiringLayerJob<TLanes, TOperand, LeakyHard>(pass, to));
                    break;
                case (false, true):
                    workers.Run(pass.Pieces, new FiringLayerJob<TLanes, TOperand, LeakySoft>(pass, to));
                    break;
            }
        }
    }
}
