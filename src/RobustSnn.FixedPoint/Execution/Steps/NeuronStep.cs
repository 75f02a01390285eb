using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>Neurons over currents in memory, in 32 bits.</summary>
internal sealed unsafe class NeuronStep : Step
{
    private const int TileWords = 16; // of 8 positions
    private const int GroupChannels = 16;

    private readonly Workers workers;
    private readonly FixedPointNetwork network;
    private readonly IntNeurons[] neurons;
    private readonly CurrentMap input;
    private readonly LaneMap output;
    private readonly NativeBuffer targets;
    private readonly WordGrid grid;

    public NeuronStep(NativeHeap heap, Workers workers, FixedPointNetwork network, int node, CurrentMap input, LaneMap output, int batch)
    {
        (this.workers, this.network, this.input, this.output) = (workers, network, input, output);
        var its = network.Neurons[node];
        neurons = [.. its.Thresholds.Select((threshold, channel) =>
            new IntNeurons(threshold, its.Signs[channel], its.Bias[channel], network.LeakShift ?? 0))];
        grid = new WordGrid(input.Positions, batch, FiringOctet.Size, TileWords);
        targets = grid.Targets(heap, output);
    }

    public override void Run(int images)
    {
        var tiles = grid.TilesOf(images);
        switch (network.Network.Neurons.Reset.IsHard, network.LeakShift is not null)
        {
            case (true, false):
                Run<Hard>(tiles);
                break;
            case (false, false):
                Run<Soft>(tiles);
                break;
            case (true, true):
                Run<LeakyHard>(tiles);
                break;
            case (false, true):
                Run<LeakySoft>(tiles);
                break;
        }
    }

    private void Run<TDynamics>(int tiles)
        where TDynamics : struct, IDynamics => workers.Run(tiles * ChannelGroups, new Job<TDynamics>(this, tiles));

    private int ChannelGroups => (neurons.Length + GroupChannels - 1) / GroupChannels;

    /// <summary>A tile of a few channels.</summary>
    private readonly struct Job<TDynamics>(NeuronStep step, int tiles) : IJob
        where TDynamics : struct, IDynamics
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int piece)
        {
            using var memory = PieceMemory.Begin();
            var (group, tile) = Math.DivRem(piece, tiles);
            var room = step.grid.TilePositions;
            var positions = new TilePositions((long*)step.targets.Memory + (long)tile * room, room, 1);
            var membranes = memory.Integers(room);
            var fired = (short*)memory.Words(room);
            var end = Math.Min(step.neurons.Length, (group + 1) * GroupChannels);
            for (var channel = group * GroupChannels; channel < end; channel++)
            {
                Fire(channel, tile * room, room, positions, membranes, fired);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Fire(int channel, int first, int count, TilePositions positions, int* membranes, short* fired)
        {
            var timesteps = step.network.Timesteps;
            for (var done = 0; done < timesteps; done += LaneMap.OctetSteps)
            {
                IntFiring<TDynamics>.Fire(step.input.At(channel, done) + first, step.input.Steps == 1 ? 0 : step.input.StepStride, count,
                    Math.Min(LaneMap.OctetSteps, timesteps - done), step.neurons[channel], membranes, done == 0, fired);
                var target = step.output.Data + done / LaneMap.OctetSteps * step.output.OctetStride + (nint)channel * step.output.ChannelStride;
                for (var i = 0; i < count; i += FiringOctet.Size)
                {
                    var steps = Vector128.Load(fired + i).AsUInt16();
                    positions.Put(Vector128.Narrow(steps, steps).AsUInt64().ToScalar(), target, i);
                }
            }
        }
    }
}
