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

    public void Dropout(Activation values, float rate, RandomKey key, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(values, samples), new DropoutJob(values, rate, key, samples));
    }

    private readonly struct RandomJob(float* target, long count, RandomKind kind, RandomKey key) : IJob
    {
        public void Execute(int piece)
        {
            var start = (long)piece * FlatPiece;
            var part = new Span<float>(target + start, (int)Math.Min(FlatPiece, count - start));
            switch (kind)
            {
                case RandomKind.Uniform:
                    RandomDraws.FillUniform(part, key, start);
                    break;
                case RandomKind.Normal:
                    RandomDraws.FillNormal(part, key, start);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a distribution");
            }
        }
    }

    private readonly struct DropoutJob(Activation values, float rate, RandomKey key, int samples) : IJob
    {
        private readonly ActivationShape shape = values.Shape;
        private readonly float* data = values.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var lanes = shape.Lanes;
            var scale = 1f / (1f - rate);
            for (var column = 0; column < shape.Columns; column++)
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                var x = data + shape.Offset(block, row, column) + channel * lanes.Width;
                for (var step = 0; step < lanes.Steps; step++)
                for (var s = 0; s < lanes.SamplesOf(block, samples); s++)
                {
                    var sample = (long)block * lanes.BlockSamples + s;
                    var draw = ((step * (long)lanes.Batch) + sample) * shape.Count
                        + (((channel * shape.Rows) + row) * shape.Columns) + column;
                    x[step * lanes.BlockSamples + s] *= RandomDraws.Uniform(key, draw) >= rate ? scale : 0f;
                }
            }
        }
    }
}
