using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Spikes that are bits, as floats (native/kernels/unpack.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<UnpackArguments> UnpackKernel => field ??= kernels.Load<UnpackArguments>("unpack", "unpack");

    public void Unpack(Activation spikes, Activation output, int samples)
    {
        using var turn = TakeTurn();
        UnpackKernel.Launch(
            LaunchSize.OfFours(output.Shape, samples),
            new UnpackArguments(ActivationView.OfBits(spikes), ActivationView.OfFloats(output), LaunchSize.RowCount(output.Shape, samples)));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct UnpackArguments(ActivationView Spikes, ActivationView Output, uint Rows);
}
