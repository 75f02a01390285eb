using System.Runtime.CompilerServices;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void SignStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, float epsilon,
        DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new SignStepJob(Pointer(pixels), Pointer(gradient), Pointer(origin), Pointer(steps), epsilon, Pointer(output),
            PerSample(pixels, steps)));
    }

    public void MomentumSignStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, float epsilon, DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new MomentumSignStepJob(Pointer(pixels), Pointer(previous), Pointer(gradient), Pointer(origin), Pointer(steps),
            momentum, epsilon, Pointer(output), PerSample(pixels, steps)));
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

    /// <summary>Floats of one sample, where <paramref name="each"/> has one float a sample of the batch.</summary>
    private static long PerSample(DeviceBuffer values, DeviceBuffer each) => values.Length / each.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Project(float value, float origin, float epsilon) =>
        Math.Clamp(Math.Min(Math.Max(value, origin - epsilon), origin + epsilon), 0f, 1f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;

    private readonly struct SignStepJob(
        float* pixels, float* gradient, float* origin, float* steps, float epsilon, float* output, long length) : IJob
    {
        public void Execute(int sample)
        {
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                output[i] = Project(pixels[i] + steps[sample] * Sign(gradient[i]), origin[i], epsilon);
            }
        }
    }

    private readonly struct MomentumSignStepJob(float* pixels, float* previous, float* gradient, float* origin, float* steps, float momentum,
        float epsilon, float* output, long length) : IJob
    {
        public void Execute(int sample)
        {
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                var z = Project(pixels[i] + steps[sample] * Sign(gradient[i]), origin[i], epsilon);
                output[i] = Project(pixels[i] + (z - pixels[i]) * momentum + (pixels[i] - previous[i]) * (1 - momentum), origin[i], epsilon);
            }
        }
    }
}
