using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <remarks>Some thousand numbers: one thread is the fast version.</remarks>
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        using var turn = TakeTurn();
        for (var sample = 0; sample < samples; sample++)
        {
            var f = Pointer(logits) + (long)sample * classes;
            var best = 0;
            var isFinite = true;
            for (var k = 0; k < classes; k++)
            {
                isFinite &= float.IsFinite(f[k]);
                best = f[k] > f[best] ? k : best;
            }

            var isWrong = !isFinite || best != Pointer(labels)[sample];
            Pointer(wrong)[sample] = isWrong ? 1 : 0;
            if (isWrong && everWrong is not null)
            {
                Pointer(everWrong)[sample] = 1;
            }
        }
    }

    public void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new InspectJob(Pointer(values), Pointer(notFinite), PointerOrNull(vanished), PerSample(values, notFinite)));
    }

    public void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new OutsideJob(Pointer(images), Pointer(origin), budget, tolerance, Pointer(outside), PerSample(images, outside)));
    }

    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        using var turn = TakeTurn();
        var length = PerSample(source, selected);
        for (var sample = 0; sample < samples; sample++)
        {
            if (Pointer(selected)[sample] != 0)
            {
                new ReadOnlySpan<float>(Pointer(source) + sample * length, (int)length)
                    .CopyTo(new Span<float>(Pointer(target) + sample * length, (int)length));
            }
        }
    }

    public void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples)
    {
        using var turn = TakeTurn();
        values.MarkChanged();
        var bytes = (int)(values.Bytes / dropped.Length);
        var memory = ((NativeBuffer)values).Memory;
        var next = 0L;
        for (var sample = 0L; sample < samples; sample++)
        {
            if (Pointer(dropped)[sample] != 0)
            {
                continue;
            }

            if (next < sample)
            {
                new ReadOnlySpan<byte>(memory + sample * bytes, bytes).CopyTo(new Span<byte>(memory + next * bytes, bytes));
            }

            next++;
        }
    }

    public void DropSamples(DeviceBuffer dropped, Activation values, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(values.Shape.Rows * values.Shape.Columns, new DropJob(Pointer(dropped), values, samples));
    }

    public void FillSamples(Activation values, DeviceBuffer marked, float value, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(values, samples), new FillJob(values, Pointer(marked), value, samples));
    }

    /// <summary>Samples that stay move to the front, at one position of all blocks: from one block to another, too.</summary>
    private readonly struct DropJob(float* dropped, Activation values, int samples) : IJob
    {
        private readonly LaneMemory memory = LaneMemory.OfFloats(values);
        private readonly int columns = values.Shape.Columns;
        private readonly int channels = values.Shape.Channels;

        public void Execute(int piece)
        {
            var (row, column) = Math.DivRem(piece, columns);
            var lanes = memory.Lanes;
            for (var channel = 0; channel < channels; channel++)
            {
                var next = 0;
                for (var sample = 0; sample < samples; sample++)
                {
                    if (dropped[sample] != 0)
                    {
                        continue;
                    }

                    if (next < sample)
                    {
                        var from = First(sample, row, column, channel);
                        var to = First(next, row, column, channel);
                        for (var lane = 0; lane < lanes.Lanes; lane += lanes.BlockSamples)
                        {
                            to[lane] = from[lane];
                        }
                    }

                    next++;
                }
            }
        }

        /// <summary>A sample's value at the first step.</summary>
        private float* First(int sample, int row, int column, int channel)
        {
            var (block, inBlock) = Math.DivRem(sample, memory.Lanes.BlockSamples);
            return (float*)(memory.Row(block, row) + column * memory.ColumnStride + channel * memory.ChannelStride) + inBlock;
        }
    }

    /// <summary>The marked samples of one row of one block.</summary>
    private readonly struct FillJob(Activation values, float* marked, float value, int samples) : IJob
    {
        private readonly LaneMemory memory = LaneMemory.OfFloats(values);
        private readonly int rows = values.Shape.Rows;
        private readonly int positions = values.Shape.Columns * values.Shape.Channels; // of a row, each with its lanes: they lie side by side

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, rows);
            var lanes = memory.Lanes;
            var marks = marked + (long)block * lanes.BlockSamples;
            for (var sample = 0; sample < lanes.SamplesOf(block, samples); sample++)
            {
                if (marks[sample] == 0)
                {
                    continue;
                }

                var channel = (float*)memory.Row(block, row);
                for (var i = 0; i < positions; i++, channel += lanes.Width)
                {
                    for (var lane = sample; lane < lanes.Lanes; lane += lanes.BlockSamples)
                    {
                        channel[lane] = value;
                    }
                }
            }
        }
    }

    private readonly struct InspectJob(float* values, float* notFinite, float* vanished, long length) : IJob
    {
        public void Execute(int sample)
        {
            var (isFinite, isZero) = (true, true);
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                isFinite &= float.IsFinite(values[i]);
                isZero &= values[i] == 0;
            }

            if (!isFinite)
            {
                notFinite[sample] = 1;
            }

            if (vanished is not null)
            {
                vanished[sample] = isZero ? 1 : 0;
            }
        }
    }

    private readonly struct OutsideJob(float* images, float* origin, Budget budget, float tolerance, float* outside, long length) : IJob
    {
        public void Execute(int sample)
        {
            var isPixel = true;
            var largest = 0.0;
            var square = 0.0;
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                var change = (double)images[i] - origin[i];
                isPixel &= images[i] >= 0 && images[i] <= 1;
                largest = Math.Max(largest, Math.Abs(change)); // NaN where any is
                square += change * change;
            }

            var isNear = budget.Norm == Norm.Infinity
                ? largest <= (double)budget.Radius + tolerance
                : Math.Sqrt(square) <= budget.Radius + tolerance * Math.Sqrt(length);
            outside[sample] = isPixel && isNear ? 0 : 1;
        }
    }
}
