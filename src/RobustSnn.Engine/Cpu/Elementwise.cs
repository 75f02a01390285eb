using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    private const int FlatPiece = 1 << 16;

    public void Fill(DeviceBuffer target, float value)
    {
        using var turn = TakeTurn();
        Changing(target, target.Length).Fill(value);
    }

    public void Copy(DeviceBuffer source, DeviceBuffer target, long count)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Type, target.Type);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Min(source.Length, target.Length));
        target.MarkChanged();
        var bytes = DeviceBuffer.SizeInBytes(count, source.Type);
        Buffer.MemoryCopy(((NativeBuffer)source).Memory, ((NativeBuffer)target).Memory, bytes, bytes);
    }

    public void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, target.Length);
        var to = Changing(target, target.Length);
        var from = Span(source, target.Length);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = keep * to[i] + scale * from[i];
        }
    }

    public void ClampBelow(DeviceBuffer target, float minimum)
    {
        using var turn = TakeTurn();
        var values = Changing(target, target.Length);
        TensorPrimitives.Max(values, minimum, values);
    }

    public void Relu(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        Rows(input, input, output, default(ReluOperator), samples);
    }

    public void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        if (accumulate)
        {
            Rows(output, outputGradient, inputGradient, default(ReluGradientAddOperator), samples);
        }
        else
        {
            Rows(output, outputGradient, inputGradient, default(ReluGradientOperator), samples);
        }
    }

    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay)
    {
        using var turn = TakeTurn();
        value.MarkChanged();
        var pieces = (int)((value.Length + FlatPiece - 1) / FlatPiece);
        workers.Run(pieces, new SgdJob(Pointer(value), Pointer(gradient), Pointer(velocity), value.Length, learningRate, momentum, weightDecay));
    }

    private static Span<float> Changing(DeviceBuffer buffer, long count)
    {
        buffer.MarkChanged();
        return Span(buffer, count);
    }

    private static Span<float> Span(DeviceBuffer buffer, long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, buffer.Length);
        return new Span<float>(Pointer(buffer), checked((int)count));
    }

    private void Rows<TOperator>(Activation first, Activation second, Activation target, TOperator op, int samples)
        where TOperator : struct, IElementOperator =>
        workers.Run(Pieces(target, samples), new RowJob<TOperator>(first, second, target, op));

    private readonly struct ReluOperator : IElementOperator
    {
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y, Vector512<float> old) =>
            Vector512.Max(x, Vector512<float>.Zero);
    }

    private readonly struct ReluGradientOperator : IElementOperator
    {
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y, Vector512<float> old) =>
            Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), y, Vector512<float>.Zero);
    }

    private readonly struct ReluGradientAddOperator : IElementOperator
    {
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y, Vector512<float> old) =>
            old + Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), y, Vector512<float>.Zero);
    }

    private readonly struct SgdJob(float* value, float* gradient, float* velocity, long length, float learningRate, float momentum,
        float weightDecay) : IJob
    {
        public void Execute(int piece)
        {
            var end = Math.Min((piece + 1L) * FlatPiece, length);
            for (var i = (long)piece * FlatPiece; i < end; i++)
            {
                var v = momentum * velocity[i] + (gradient[i] + weightDecay * value[i]);
                velocity[i] = v;
                value[i] -= learningRate * v;
            }
        }
    }
}
