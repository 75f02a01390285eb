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
