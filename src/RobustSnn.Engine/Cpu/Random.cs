using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, target.Length);
        target.MarkChanged();
        workers.Run((int)((count + FlatPiece - 1) / FlatPiece), new RandomJob(Pointer(target), count, kind, key));
    }

    public void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples)
    {
        using var turn = TakeTurn();
        target.MarkChanged();
        var length = PerSample(target, numbers);
        workers.Run(samples, new RandomSamplesJob(Pointer(target), ((NativeBuffer)numbers).Integers, length, kind, key));
    }

    public void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(values, samples), new DropoutJob(values, rate, key, ((NativeBuffer)numbers).Integers, samples));
    }

    private readonly struct RandomJob(float* target, long count, RandomKind kind, RandomKey key) : IJob
    {
        public void Execute(int piece)
        {
            var start = (long)piece * FlatPiece;
            Draw(new Span<float>(target + start, (int)Math.Min(FlatPiece, count - start)), kind, key, start);
        }
    }

    private readonly struct RandomSamplesJob(float* target, int* numbers, long length, RandomKind kind, RandomKey key) : IJob
    {
        public void Execute(int sample) =>
            Draw(new Span<float>(target + sample * length, checked((int)length)), kind, key.Derive((ulong)numbers[sample]), 0);
    }

    private static void Draw(Span<float> target, RandomKind kind, RandomKey key, long start)
    {
        switch (kind)
        {
            case RandomKind.Uniform:
                RandomDraws.FillUniform(target, key, start);
                break;
            case RandomKind.Normal:
                RandomDraws.FillNormal(target, key, start);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a distribution");
        }
    }

    private readonly struct DropoutJob(Activation values, float rate, RandomKey key, int* numbers, int samples) : IJob
    {
        private readonly ActivationShape shape = values.Shape;
        private readonly float* data = values.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var lanes = shape.Lanes;
            var scale = 1f / (1f - rate);
            for (var s = 0; s < lanes.SamplesOf(block, samples); s++)
            {
                var own = key.Derive((ulong)numbers[block * lanes.BlockSamples + s]);
                for (var column = 0; column < shape.Columns; column++)
                    for (var channel = 0; channel < shape.Channels; channel++)
                    {
                        var x = data + shape.Offset(block, row, column) + channel * lanes.Width + s;
                        for (var step = 0; step < lanes.Steps; step++)
                        {
                            var draw = (long)step * shape.Count + (((channel * shape.Rows) + row) * shape.Columns) + column;
                            x[step * lanes.BlockSamples] *= RandomDraws.Uniform(own, draw) >= rate ? scale : 0f;
                        }
                    }
            }
        }
    }
}
