using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What APGD's bookkeeping (METHODS 8) of a sample begins with, while that of others goes on; the device does the rest.</summary>
/// <param name="constants">Scratch of one float a sample.</param>
public sealed class ApgdProgress(IBackend backend, AttackProgress progress, DeviceBuffer constants)
{
    /// <summary>The marked samples begin: before their loss at the start is tracked.</summary>
    public void Enter(DeviceBuffer entering, int samples)
    {
        Set(entering, progress.Best, float.NegativeInfinity, samples);
        Set(entering, progress.Rises, 0, samples);
        Set(entering, progress.Previous, float.PositiveInfinity, samples); // the loss at the start is no rise

        // Nothing is halved at the first checkpoint only for not having improved.
        Set(entering, progress.Halved, 1, samples);
    }

    /// <summary>The loss of the marked samples at their start has been tracked.</summary>
    public void Started(DeviceBuffer first, DeviceBuffer losses, int samples)
    {
        backend.SelectSamples(first, losses, progress.BestAtCheckpoint, samples);

        // The reference counts the first move as a rise where its loss is above 0, not above the loss at the start.
        Set(first, progress.Previous, 0, samples);
    }

    /// <summary>Gives the marked samples a value.</summary>
    public void Set(DeviceBuffer marked, DeviceBuffer target, float value, int samples)
    {
        backend.Fill(constants, value);
        backend.SelectSamples(marked, constants, target, samples);
    }
}
