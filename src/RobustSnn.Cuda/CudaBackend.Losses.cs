using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>Losses of logits (native/kernels/losses.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<LogitLossArguments> LogitLossKernel => field ??= kernels.Load<LogitLossArguments>("losses", "logitLoss");

    /// <remarks>
    /// Labels and targets are known on the card only, where nothing can be refused: one that is no class makes its sample's loss and gradients
    /// NaN, which void every figure. A checked backend refuses them.
    /// </remarks>
    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, loss.LeastClasses());
        if (!Enum.IsDefined(loss))
        {
            throw new ArgumentOutOfRangeException(nameof(loss), loss, "not a loss");
        }

        if (loss.HasReference())
        {
            ArgumentNullException.ThrowIfNull(reference);
        }

        if (loss.HasTarget())
        {
            ArgumentNullException.ThrowIfNull(targets);
        }

        var scores = (long)samples * classes;
        LogitLossKernel.Launch(
            LaunchSize.OfWarps(samples),
            new LogitLossArguments(Reading(logits, scores), loss.HasReference() ? Reading(reference!, scores) : 0, Reading(labels, samples),
                loss.HasTarget() ? Reading(targets!, samples) : 0, Changing(losses, samples), ChangingOrNull(gradient, scores),
                loss.HasReference() ? ChangingOrNull(referenceGradient, scores) : 0, (int)loss, (uint)classes, (uint)samples, scale));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct LogitLossArguments(
        ulong Logits, ulong Reference, ulong Labels, ulong Targets, ulong Losses, ulong Gradient, ulong ReferenceGradient, int Loss, uint Classes,
        uint Samples, float Scale);
}
