using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>What neurons and normalisation take besides their arguments, told beforehand.</summary>
public sealed partial class CudaBackend
{
    /// <summary>The most scratch memory that an operation of a plan takes for its neurons and its normalisation, forward or backward.</summary>
    private static long NeuronBytes(PlannedOperation operation)
    {
        var (input, output) = (operation.Input, operation.Output);
        var samples = output.Lanes.Batch;
        var most = operation.Fires && IsPackedAfterwards(output) ? PaddedBytes(output, samples) : 0;
        var isBackward = operation.HasInputGradient || operation.HasParameterGradient;
        var membranes = operation.Fires && isBackward ? MembraneBytes(NeuronPath.Time, output, samples) : 0;
        var thresholds = operation is { Fires: true, HasParameterGradient: true } ? ThresholdSumBytes(output, samples) : 0;
        if (!operation.IsNormalised)
        {
            return Math.Max(most, thresholds);
        }

        if (!operation.TakesStatistics)
        {
            return Math.Max(most, membranes);
        }

        most = Math.Max(most, ChannelSumBytes(output, samples));
        return isBackward ? Math.Max(most, NormGradientBytes(output, samples) + thresholds + membranes) : most;
    }
}
