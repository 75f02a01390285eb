using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget,
        DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        var job = new StepImageJob(Pointer(pixels), null, Pointer(gradient), Pointer(origin), Pointer(steps), null, budget, Pointer(output),
            PerSample(pixels, steps));
        workers.Run(samples, job);
    }

    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new StepImageJob(Pointer(pixels), Pointer(previous), Pointer(gradient), Pointer(origin), Pointer(steps),
            Pointer(momenta), budget, Pointer(output), PerSample(pixels, steps)));
    }

    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean,
        DeviceBuffer square, float radius, DeviceBuffer output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new NormalisedStepJob(Pointer(pixels), Pointer(gradient), Pointer(origin), Pointer(steps), Pointer(mean),
            Pointer(square), radius, Pointer(output), PerSample(pixels, steps)));
    }

    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(samples, new StretchJob(Pointer(draws), radius, PerSample(draws, perSample)));
    }

    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples)
    {
        using var turn = TakeTurn();
        for (var sample = 0; sample < samples; sample++)
        {
            Pointer(distances)[sample] = (float)(radius * Math.Pow(Pointer(draws)[sample], 1.0 / dimensions));
        }
    }

    /// <summary>Floats of one sample, where <paramref name="each"/> has one float a sample of the batch.</summary>
    private static long PerSample(DeviceBuffer values, DeviceBuffer each) => values.Length / each.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;

    /// <summary>A pixel into the L∞ ball, then into [0,1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Project(float value, float from, float epsilon) =>
        Math.Clamp(Math.Min(Math.Max(value, from - epsilon), from + epsilon), 0f, 1f);

    /// <summary>One image's step, with or without momentum.</summary>
    private readonly struct StepImageJob(float* pixels, float* previous, float* gradient, float* origin, float* steps, float* momenta,
        Budget budget, float* output, long length) : IJob
    {
        private readonly float epsilon = budget.Radius;

        public void Execute(int sample)
        {
            var first = sample * length;
            var momentum = momenta is null ? 1 : momenta[sample];
            if (budget.Norm == Norm.Infinity)
            {
                StepInPixels(first, steps[sample], momentum);
            }
            else
            {
                StepInSpace(first, steps[sample], momentum);
            }
        }

        private void StepInPixels(long first, float step, float momentum)
        {
            for (var i = first; i < first + length; i++)
            {
                var z = Project(pixels[i] + step * Sign(gradient[i]), origin[i], epsilon);
                output[i] = previous is null
                    ? z
                    : Project(pixels[i] + (z - pixels[i]) * momentum + (pixels[i] - previous[i]) * (1 - momentum), origin[i], epsilon);
            }
        }

        private void StepInSpace(long first, float step, float momentum)
        {
            var square = 0.0;
            for (var i = first; i < first + length; i++)
            {
                square += (double)gradient[i] * gradient[i];
            }

            var scale = square > 0 && double.IsFinite(square) ? step / Math.Sqrt(square) : 0;
            using var memory = PieceMemory.Begin();
            var z = memory.Floats(length);
            for (var i = 0L; i < length; i++)
            {
                z[i] = (float)(pixels[first + i] + (scale == 0 ? 0 : scale * gradient[first + i]));
            }

            ProjectImage(z, first);
            for (var i = 0L; i < length && previous is not null; i++)
            {
                var x = pixels[first + i];
                z[i] = x + (z[i] - x) * momentum + (x - previous[first + i]) * (1 - momentum);
            }

            if (previous is not null)
            {
                ProjectImage(z, first);
            }

            new ReadOnlySpan<float>(z, (int)length).CopyTo(new Span<float>(output + first, (int)length));
        }

        /// <summary>Into the ball, then into [0,1], which is no further from an origin in there.</summary>
        private void ProjectImage(float* image, long first)
        {
            var square = 0.0;
            for (var i = 0L; i < length; i++)
            {
                var change = (double)image[i] - origin[first + i];
                square += change * change;
            }

            var distance = Math.Sqrt(square);
            var scale = distance > epsilon ? epsilon / distance : 1;
            for (var i = 0L; i < length; i++)
            {
                image[i] = Math.Clamp((float)(origin[first + i] + scale * ((double)image[i] - origin[first + i])), 0f, 1f);
            }
        }
    }

    /// <summary>One image's step of SA-PGD.</summary>
    private readonly struct NormalisedStepJob(float* pixels, float* gradient, float* origin, float* steps, float* mean, float* square,
        float epsilon, float* output, long length) : IJob
    {
        public void Execute(int sample)
        {
            var (first, step) = (sample * length, steps[sample]);
            var (size, power) = (0.0, 0.0);
            for (var i = first; i < first + length; i++)
            {
                size += Math.Abs(gradient[i]);
                power += (double)gradient[i] * gradient[i];
            }

            var adds = size > 0 && double.IsFinite(size);
            var (perSize, perPower) = adds ? (length / size, length / power) : (0, 0);
            for (var i = first; i < first + length; i++)
            {
                double g = adds ? gradient[i] : 0;
                mean[i] = (float)(0.5 * mean[i] + g * perSize);
                square[i] = (float)(0.8 * square[i] + g * g * perPower);
                var move = (float)(step * mean[i] / (Math.Sqrt(square[i]) + 1e-12));
                output[i] = Project(pixels[i] + Math.Clamp(move, -step, step), origin[i], epsilon);
            }
        }
    }

    private readonly struct StretchJob(float* draws, float radius, long length) : IJob
    {
        public void Execute(int sample)
        {
            var largest = 0f;
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                draws[i] = 2 * draws[i] - 1;
                largest = Math.Max(largest, Math.Abs(draws[i]));
            }

            var scale = largest > 0 ? radius / largest : 0;
            for (var i = sample * length; i < (sample + 1) * length; i++)
            {
                draws[i] *= scale;
            }
        }
    }
}
