using RobustSnn.Cuda.Connections;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>What the operations take besides their arguments, told beforehand.</summary>
public sealed partial class CudaBackend
{
    public long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan)
    {
        checked
        {
            var (kept, partial, current, mean, products) = (0L, 0L, 0L, 0L, 0L);
            foreach (var operation in plan)
            {
                partial = Math.Max(partial, NeuronBytes(operation));
                if (operation.Fires || operation.HasParameterGradient)
                {
                    partial = Math.Max(partial, SumBytes); // spikes are counted, coefficients have gradients
                }

                if (operation.Layer is null)
                {
                    continue;
                }

                var layer = new LayerMemory(operation, precision.Halves, device.MostSharedBytes);
                kept += layer.KeptBytes;
                partial = Math.Max(partial, layer.ScratchBytes);
                current = Math.Max(current, layer.CurrentBytes);
                mean = Math.Max(mean, layer.MeanBytes);
                products = layer.CallsCublas ? Cublas.WorkspaceBytes(device.Capability) : products;
            }

            return kept + partial + current + mean + products;
        }
    }
}
