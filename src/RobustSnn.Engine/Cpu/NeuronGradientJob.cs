using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// The neuron backward through time. Writing u' for the membrane after the reset and h for the surrogate's ds/dz:
/// hard reset u' = (1 − s)·u: du'/du = (1 − s) − u·h, du'/dv = u·h; soft u' = u − s·v: du'/du = 1 − v·h, du'/dv = v·h − s;
/// ds/du = h, ds/dv = −h; and u'[t] enters u[t + 1] times leak.
/// </summary>
/// <param name="partial">Receives each piece's share of dL/dv.</param>
internal readonly unsafe struct NeuronGradientJob<TSurrogate>(
    NeuronModel neuron, TSurrogate surrogate, Activation membrane, float threshold, Activation spikeGradient, Activation currentGradient,
    bool accumulate, double* partial) : IJob
    where TSurrogate : struct, ISurrogate
{
    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;
    private readonly ActivationShape membraneShape = membrane.Shape;
    private readonly ActivationShape spikeShape = spikeGradient.Shape;
    private readonly ActivationShape currentShape = currentGradient.Shape;
    private readonly float* membranes = ((NativeBuffer)membrane.Buffer).Pointer;
    private readonly float* spikeGradients = ((NativeBuffer)spikeGradient.Buffer).Pointer;
    private readonly float* currentGradients = ((NativeBuffer)currentGradient.Buffer).Pointer;

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, membraneShape.Rows);
        var u = membranes + membraneShape.Offset(block, row, 0);
        var ds = spikeGradients + spikeShape.Offset(block, row, 0);
        var di = currentGradients + currentShape.Offset(block, row, 0);
        var channels = membraneShape.Columns * membraneShape.Channels;
        var total = 0.0;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var sample = 0; sample < membraneShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
            {
                total += Vector512.Sum(Step(StepLanes.Of(membraneShape.Lanes, u, sample), StepLanes.Of(spikeShape.Lanes, ds, sample),
                    StepLanes.Of(currentShape.Lanes, di, sample)));
            }

            LaneMask.ClearSpare(currentShape.Lanes, di);
            u += membraneShape.Lanes.Width;
            ds += spikeShape.Lanes.Width;
            di += currentShape.Lanes.Width;
        }

        partial[piece] = total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Step(StepLanes membranes, StepLanes spikeGradients, StepLanes currentGradients)
    {
        var v = Vector512.Create(threshold);
        var one = Vector512<float>.One;
        var after = Vector512<float>.Zero; // dL/du'[t]
        var thresholdSum = Vector512<float>.Zero;
        var staticSum = Vector512<float>.Zero;
        var isStatic = currentShape.Lanes.Steps == 1 && membraneShape.Lanes.Steps > 1;
        for (var t = membraneShape.Lanes.Steps - 1; t >= 0; t--)
        {
            var u = membranes.Load(t);
            var h = surrogate.Derivative(u - v);
            var ds = spikeGradients.Load(t);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            Vector512<float> stay, byThreshold;
            if (soft)
            {
                stay = one - v * h;
                byThreshold = v * h - Vector512.ConditionalSelect(fires, one, Vector512<float>.Zero);
            }
            else
            {
                byThreshold = u * h;
                stay = Vector512.ConditionalSelect(fires, Vector512<float>.Zero, one) - byThreshold;
            }

            var du = h * ds + after * stay;
            thresholdSum += after * byThreshold - h * ds;
            after = du * leak;
            if (isStatic)
            {
                staticSum += du;
            }
            else
            {
                currentGradients.Store(t, accumulate ? currentGradients.Load(t) + du : du);
            }
        }

        if (isStatic)
        {
            currentGradients.Store(0, accumulate ? currentGradients.Load(0) + staticSum : staticSum);
        }

        return thresholdSum;
    }
}

/// <summary>BPTR: the spike's gradient goes on to the current of neurons that fired in any step.</summary>
internal readonly unsafe struct NeuronRateGradientJob(
    Activation membrane, float threshold, Activation spikeGradient, Activation currentGradient, bool accumulate) : IJob
{
    private readonly ActivationShape membraneShape = membrane.Shape;
    private readonly ActivationShape spikeShape = spikeGradient.Shape;
    private readonly ActivationShape currentShape = currentGradient.Shape;
    private readonly float* membranes = ((NativeBuffer)membrane.Buffer).Pointer;
    private readonly float* spikeGradients = ((NativeBuffer)spikeGradient.Buffer).Pointer;
    private readonly float* currentGradients = ((NativeBuffer)currentGradient.Buffer).Pointer;

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, membraneShape.Rows);
        var u = membranes + membraneShape.Offset(block, row, 0);
        var ds = spikeGradients + spikeShape.Offset(block, row, 0);
        var di = currentGradients + currentShape.Offset(block, row, 0);
        var channels = membraneShape.Columns * membraneShape.Channels;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var sample = 0; sample < membraneShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
            {
                Step(StepLanes.Of(membraneShape.Lanes, u, sample), StepLanes.Of(spikeShape.Lanes, ds, sample),
                    StepLanes.Of(currentShape.Lanes, di, sample));
            }

            LaneMask.ClearSpare(currentShape.Lanes, di);
            u += membraneShape.Lanes.Width;
            ds += spikeShape.Lanes.Width;
            di += currentShape.Lanes.Width;
        }
    }

    private void Step(StepLanes membranes, StepLanes spikeGradients, StepLanes currentGradients)
    {
        var steps = membraneShape.Lanes.Steps;
        var v = Vector512.Create(threshold);
        var fired = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            fired |= Vector512.GreaterThanOrEqual(membranes.Load(t), v);
        }

        var isStatic = currentShape.Lanes.Steps == 1 && steps > 1;
        var staticSum = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++)
        {
            var passed = spikeGradients.Load(t) & fired;
            if (isStatic)
            {
                staticSum += passed;
            }
            else
            {
                currentGradients.Store(t, accumulate ? currentGradients.Load(t) + passed : passed);
            }
        }

        if (isStatic)
        {
            currentGradients.Store(0, accumulate ? currentGradients.Load(0) + staticSum : staticSum);
        }
    }
}
