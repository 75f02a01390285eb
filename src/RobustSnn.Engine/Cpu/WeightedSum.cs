using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples)
    {
        using var turn = TakeTurn();
        BitSteps(first, second, output, null, new WeightedSumOperator(Pointer(coefficients)[0], Pointer(coefficients)[1]), samples);
    }

    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples)
    {
        using var turn = TakeTurn();
        Steps(outputGradient, outputGradient, inputGradient, null, new ScaleOperator(Pointer(coefficients)[index], accumulate), samples);
    }

    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index,
        int samples)
    {
        using var turn = TakeTurn();
        var pieces = Pieces(input, samples);
        var sums = Scratch(pieces);
        BitSteps(input, outputGradient, null, sums, default(ProductOperator), samples);
        Pointer(coefficientGradient)[index] += (float)Total(sums, pieces);
    }

    private readonly struct WeightedSumOperator(float a, float b) : IStepOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TFirst, TSecond>(TFirst first, TSecond second, StepLanes target, int steps, ref double sum)
            where TFirst : struct, ILanes<TFirst>
            where TSecond : struct, ILanes<TSecond>
        {
            for (var t = 0; t < steps; t++)
            {
                target.Store(t, first.Load(t) * a + second.Load(t) * b);
            }
        }
    }

    /// <summary>target (+)= factor·first, summed over steps for a static target.</summary>
    private readonly struct ScaleOperator(float factor, bool accumulate) : IStepOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TFirst, TSecond>(TFirst first, TSecond second, StepLanes target, int steps, ref double sum)
            where TFirst : struct, ILanes<TFirst>
            where TSecond : struct, ILanes<TSecond>
        {
            var staticSum = Vector512<float>.Zero;
            for (var t = 0; t < steps; t++)
            {
                var value = first.Load(t) * factor;
                if (target.IsStatic)
                {
                    staticSum += value;
                }
                else
                {
                    target.Store(t, value, accumulate);
                }
            }

            if (target.IsStatic)
            {
                target.Store(0, staticSum, accumulate);
            }
        }
    }

    /// <summary>Adds up first·second.</summary>
    private readonly struct ProductOperator : IStepOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<TFirst, TSecond>(TFirst first, TSecond second, StepLanes target, int steps, ref double sum)
            where TFirst : struct, ILanes<TFirst>
            where TSecond : struct, ILanes<TSecond>
        {
            var product = Vector512<float>.Zero;
            for (var t = 0; t < steps; t++)
            {
                product += first.Load(t) * second.Load(t);
            }

            sum += Vector512.Sum(product);
        }
    }
}
